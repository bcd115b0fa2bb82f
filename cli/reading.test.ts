import { describe, expect, it } from 'vitest';
import { DEFAULT_PROTOCOLS, DEFAULT_READING, PROTOCOLS } from '../shared/socket';
import { readingOf } from './reading';
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
