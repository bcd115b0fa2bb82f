import { describe, expect, it } from 'vitest';
import type { Engine } from '../engine';
import { socketRow } from '../shared/fixtures/rows';
import { DEFAULT_PROTOCOLS, DEFAULT_READING, PROTOCOLS } from '../shared/socket';
import type { ReadingOptions, SocketRow } from '../shared/socket';
import { readingOf, readUntilFound } from './reading';
import { UsageError } from './usage';

describe('readingOf', () => {
  it('is TCP and UDP of this namespace unless it is told otherwise', () => {
    expect(readingOf({})).toEqual(DEFAULT_READING);
    expect(readingOf({ bound: true, namespaces: true })).toEqual({
      ...{ protocols: DEFAULT_PROTOCOLS, bound: true, namespaces: true, commandLines: false },
    });
  });

  it('takes a list of protocols, however it is written, and all of them', () => {
    const protocols = (text: string): readonly string[] => readingOf({ protocols: text }).protocols;
    expect(protocols('unix')).toEqual(['unix']);
    expect(protocols(' UNIX,tcp , Udp,unix')).toEqual(['tcp', 'udp', 'unix']);
    expect(protocols(PROTOCOLS.join(','))).toEqual(PROTOCOLS);
    expect(readingOf({ all: true }).protocols).toEqual(PROTOCOLS);
  });

  it.each(['', ',', 'tcp,', 'tcp6', 'tcp udp', 'smtp', '__proto__'])('refuses "%s"', (text) => {
    expect(() => readingOf({ protocols: text })).toThrow(UsageError);
  });

  it('refuses a list and all at once', () => {
    expect(() => readingOf({ protocols: 'tcp', all: true })).toThrow(/one of --protocols and --all/);
  });
});

describe('readUntilFound', () => {
  const CONNECTION = socketRow({ id: 'tcp' });
  const UNIX = socketRow({ id: 'unix', protocol: 'unix', family: null });
  const CONTAINED = socketRow({ id: 'contained', namespace: 'docker 4f5e6d7c8b9a' });

  /** What has been chosen in the end, and how often it was looked. */
  function look(...ids: string[]): { chosen: ReadingOptions; looks: number } {
    let chosen = DEFAULT_READING;
    let looks = 0;
    const isRead = ({ protocol, namespace }: SocketRow): boolean =>
      chosen.protocols.includes(protocol) && (namespace === 'host' || chosen.namespaces);
    const engine: Pick<Engine, 'choose' | 'describe'> = {
      choose: (reading) => (chosen = reading),
      describe: (wanted) => {
        looks++;
        const rows = [CONNECTION, UNIX, CONTAINED].filter((row) => isRead(row) && wanted.includes(row.id));
        return { rows, gone: wanted.filter((id) => !rows.some((row) => row.id === id)) };
      },
    };
    readUntilFound(engine, ids);
    return { chosen, looks };
  }

  it('does not look further than TCP and UDP where they are there', () => {
    expect(look('tcp')).toEqual({ looks: 1, chosen: { ...DEFAULT_READING, bound: true } });
  });

  it('looks everywhere for what is not', () => {
    const everything = { protocols: PROTOCOLS, bound: true, namespaces: true, commandLines: false };
    expect(look('unix')).toEqual({ looks: 2, chosen: everything });
    expect(look('contained', 'tcp')).toEqual({ looks: 2, chosen: everything });
  });

  it('does not lose one that is there because another has ended, nor read what neither is in', () => {
    expect(look('gone', 'unix').chosen).toEqual({
      ...{ protocols: ['tcp', 'udp', 'unix'], bound: true, namespaces: true, commandLines: false },
    });
    expect(look('gone', 'contained').chosen).toEqual({ ...DEFAULT_READING, bound: true, namespaces: true });
    expect(look('gone', 'tcp').chosen).toEqual({ ...DEFAULT_READING, bound: true });
    expect(look('gone').chosen).toEqual({ ...DEFAULT_READING, bound: true });
  });
});
