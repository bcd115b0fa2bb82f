import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Scenario } from '../native/fake/scenarios';
import { PROTOCOL_VERSION } from '../shared/contract';
import { DEFAULT_READING } from '../shared/socket';
import type { ReadingOptions, SocketRow } from '../shared/socket';
import { Page } from './fixtures/page';
import { broken, openScene, rowsOf } from './fixtures/scene';

let { clock, backend, engine } = openScene();

function begin(scenario: Scenario = 'idle'): void {
  ({ clock, backend, engine } = openScene(scenario));
}
beforeEach(() => begin());

describe('what is read', () => {
  const protocolsOf = (rows: Iterable<SocketRow>): Set<string> =>
    new Set([...rows].map((row) => row.protocol));
  const reading = (protocols: string[], more: object = {}): unknown => ({
    type: 'reading',
    reading: { protocols, bound: false, namespaces: false, commandLines: false, ...more },
  });

  it('is TCP and UDP, until a page asks for something else: at once, and for every page', () => {
    begin('churn');
    engine.start();
    const [page, other] = [new Page(engine), new Page(engine)];
    expect(page.status?.reading).toEqual({
      protocols: ['tcp', 'udp'],
      bound: false,
      namespaces: false,
      commandLines: false,
    });
    expect(page.status?.available).toEqual([...backend.tables]);
    expect(protocolsOf(page.rows.values())).toEqual(new Set(['tcp', 'udp']));
    const before = backend.read.length;
    page.say(reading(['udp']));
    expect(backend.read.slice(before)).toEqual(['udp4', 'udp6']);
    for (const each of [page, other]) {
      expect(each.status?.reading.protocols).toEqual(['udp']);
      expect(each.rows.size).toBeGreaterThan(5);
      expect(protocolsOf(each.rows.values())).toEqual(new Set(['udp']));
    }
    expect(clock.pending).toEqual([1000]);
    clock.advance(1000);
    expect(backend.read.slice(before + 2)).toEqual(['udp4', 'udp6']);
    other.say(reading(['tcp', 'udp']));
    expect(page.rows).toEqual(rowsOf(engine));
    expect(protocolsOf(page.rows.values())).toEqual(new Set(['tcp', 'udp']));
  });

  it('has command lines while somebody wants them, of every row at once, and not longer', () => {
    begin('idle');
    const read = vi.spyOn(backend, 'commandLine');
    engine.start();
    const [page, other] = [new Page(engine), new Page(engine)];
    const lines = (each: Page): Set<string | null> =>
      new Set(
        [...each.rows.values()].filter(({ pid }) => pid !== null).map(({ commandLine }) => commandLine),
      );
    expect(lines(page)).toEqual(new Set([null]));
    expect(read).not.toHaveBeenCalled();
    page.say(reading(['tcp', 'udp'], { commandLines: true }));
    for (const each of [page, other]) {
      for (const row of each.rows.values())
        expect(row.commandLine).toBe(row.pid === null ? null : `${row.processPath} --password=hunter2`);
    }
    const reads = read.mock.calls.length;
    expect(new Set(read.mock.calls.map(([process]) => process)).size).toBe(reads); // each process once
    clock.advance(3000);
    expect(read).toHaveBeenCalledTimes(reads);
    other.say(reading(['tcp', 'udp']));
    expect(lines(page)).toEqual(new Set([null]));
  });

  it('has command lines also for a page that wants them before it has answered its first message', () => {
    begin('large');
    engine.start();
    const page = new Page(engine, false);
    page.slow = true;
    page.say({ type: 'hello', version: PROTOCOL_VERSION });
    page.say(reading(['tcp', 'udp'], { commandLines: true }));
    expect(page.heard('snapshot')).toHaveLength(1); // no second one before it has answered
    page.slow = false;
    page.acknowledge();
    expect(page.rows.size).toBe(50_000);
    for (const { pid, commandLine } of page.rows.values()) expect(commandLine === null).toBe(pid === null);
  });

  it('is passed on to the system, switches and all', () => {
    const asked: ReadingOptions[] = [];
    const sources = backend.sources.bind(backend);
    backend.sources = (options) => {
      asked.push(options);
      return sources(options);
    };
    engine.start();
    const wanted = { protocols: ['unix', 'tcp'], bound: true, namespaces: true, commandLines: false };
    const page = new Page(engine);
    page.say({ type: 'reading', reading: wanted });
    expect(asked).toEqual([DEFAULT_READING, wanted]);
    expect(page.status?.reading).toEqual(wanted);
    // And stays, also for an action in between.
    engine.prepare({ action: 'reset', ids: ['x'] });
    // What was read before is looked through once more for what is missing, and then left again.
    const widest = { ...wanted, protocols: ['tcp', 'udp', 'unix'] };
    expect(asked.slice(2)).toEqual([wanted, widest, wanted]);
  });

  it('may be nothing', () => {
    engine.start();
    const page = new Page(engine);
    page.say(reading([]));
    expect(page.rows.size).toBe(0);
    expect(page.status).toMatchObject({ endpoints: 0, problems: [] });
  });

  it('changes also while paused, once, and stays paused', () => {
    engine.start();
    const page = new Page(engine);
    page.say({ type: 'polling', intervalMs: 1000, paused: true });
    page.say(reading(['udp']));
    expect(protocolsOf(page.rows.values())).toEqual(new Set(['udp']));
    expect(page.status?.paused).toBe(true);
    expect(clock.pending).toEqual([]);
  });

  it('has no problem with a table that is not read any more', () => {
    backend.failures.set('udp4', broken('udp4'));
    engine.start();
    const page = new Page(engine);
    expect(page.status?.problems).toHaveLength(1);
    page.say(reading(['tcp']));
    expect(page.status?.problems).toEqual([]);
    const attempts = backend.read.filter((name) => name === 'udp4').length;
    page.say(reading(['tcp', 'udp'])); // tried anew, at once
    expect(backend.read.filter((name) => name === 'udp4')).toHaveLength(attempts + 1);
  });

  it('is as it was after a message that is refused', () => {
    engine.start();
    const page = new Page(engine);
    page.say(reading(['udp', 'tcp4']));
    expect(page.messages.at(-1)).toMatchObject({
      type: 'refused',
      message: expect.stringContaining('"reading.protocols.1"'),
    });
    expect(backend.rounds).toBe(1);
    expect(engine.snapshot()).toHaveLength(20);
  });

  it('is what the command line asks for', () => {
    begin('churn');
    expect(protocolsOf(engine.snapshot({ ...DEFAULT_READING, protocols: ['udp'] }))).toEqual(
      new Set(['udp']),
    );
  });
});
