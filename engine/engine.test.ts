import { beforeEach, describe, expect, it } from 'vitest';
import type { Scenario } from '../native/fake/scenarios';
import { INTERVALS } from '../shared/contract';
import { DEFAULT_READING } from '../shared/socket';
import type { SocketRow } from '../shared/socket';
import { ListedBackend } from './fixtures/listedBackend';
import { Page } from './fixtures/page';
import { byId, engineOver, openScene, rowsOf } from './fixtures/scene';

let { clock, backend, engine } = openScene();

function begin(scenario: Scenario = 'idle'): void {
  ({ clock, backend, engine } = openScene(scenario));
}
beforeEach(() => begin());

describe('polling', () => {
  it('reads nothing before it is started, then at once, then every second', () => {
    clock.advance(10_000);
    expect(backend.rounds).toBe(0);
    engine.start();
    expect(backend.rounds).toBe(1);
    clock.advance(999);
    expect(backend.rounds).toBe(1);
    clock.advance(1);
    expect(backend.rounds).toBe(2);
    clock.advance(60_000);
    expect(backend.rounds).toBe(62);
    expect(backend.read.slice(0, 4)).toEqual(['tcp4', 'tcp6', 'udp4', 'udp6']);
  });

  it('counts what a reading takes as part of the interval, but leaves a quarter of it free', () => {
    let takes = 300;
    backend.beforeTable = (name) => {
      if (name === 'tcp4') clock.spend(takes);
    };
    engine.start();
    expect(clock.pending).toEqual([700]);
    takes = 900;
    clock.advance(700);
    expect(clock.pending).toEqual([250]);
    takes = 60_000;
    clock.advance(250);
    expect(clock.pending).toEqual([250]);
  });

  it.each(INTERVALS)('keeps an interval of %i ms that a page chooses', (intervalMs) => {
    engine.start();
    const page = new Page(engine);
    page.say({ type: 'polling', intervalMs, paused: false });
    expect(clock.pending).toEqual([intervalMs]);
    const before = backend.rounds;
    clock.advance(20_000);
    expect(backend.rounds - before).toBe(20_000 / intervalMs);
    expect(page.status).toMatchObject({ intervalMs, paused: false });
  });

  it('pauses and goes on for every page', () => {
    engine.start();
    const [page, other] = [new Page(engine), new Page(engine)];
    page.say({ type: 'polling', intervalMs: 2000, paused: true });
    expect(clock.pending).toEqual([]);
    clock.advance(100_000);
    expect(backend.rounds).toBe(1);
    for (const each of [page, other]) expect(each.status).toMatchObject({ paused: true, intervalMs: 2000 });
    expect(new Page(engine).status).toMatchObject({ paused: true, intervalMs: 2000 });
    other.say({ type: 'polling', intervalMs: 2000, paused: false });
    expect(backend.rounds).toBe(2); // at once
    for (const each of [page, other]) expect(each.status).toMatchObject({ paused: false });
    clock.advance(2000);
    expect(backend.rounds).toBe(3);
  });

  it('reads once on "refresh", also while paused, and stays paused', () => {
    engine.start();
    const page = new Page(engine);
    page.say({ type: 'refresh' });
    expect(backend.rounds).toBe(2);
    expect(clock.pending).toEqual([1000]); // not one more call beside the one before
    page.say({ type: 'polling', intervalMs: 1000, paused: true });
    page.say({ type: 'refresh' });
    expect(backend.rounds).toBe(3);
    expect(clock.pending).toEqual([]);
    expect(page.status?.readAt).toBe(clock.now());
  });

  it('ends with stop and dispose', () => {
    engine.start();
    engine.stop();
    expect(clock.pending).toEqual([]);
    engine.start();
    engine.dispose();
    expect(clock.pending).toEqual([]);
    expect(backend.disposed).toBe(true);
  });

  it('says when the reading was, how long it took, and counts sockets by state', () => {
    begin('churn');
    backend.beforeTable = () => clock.spend(5);
    const readAt = clock.now();
    engine.start();
    const page = new Page(engine);
    expect(page.status).toMatchObject({
      readAt,
      tookMs: 20,
      endpoints: page.rows.size,
      hiddenOwners: 0,
      problems: [],
    });
    const count = (test: (row: SocketRow) => boolean): number => [...page.rows.values()].filter(test).length;
    expect(page.status).toMatchObject({
      established: count((row) => row.protocol === 'tcp' && row.state === 'ESTABLISHED'),
      listening: count((row) => row.state === 'LISTEN'),
      timeWait: count((row) => row.state === 'TIME_WAIT'),
      closeWait: count((row) => row.state === 'CLOSE_WAIT'),
    });
    for (const number of ['established', 'listening', 'timeWait', 'closeWait'] as const) {
      expect(page.status![number]).toBeGreaterThan(0);
    }
  });

  it('counts hidden owners', () => {
    begin('unprivileged');
    engine.start();
    const page = new Page(engine);
    const hidden = [...page.rows.values()].filter((row) => row.owner === 'hidden').length;
    expect(hidden).toBeGreaterThan(0);
    expect(page.status?.hiddenOwners).toBe(hidden);
    expect(page.heard('welcome')[0]?.missingPrivilege).toMatch(/^Without root, .*\.$/);
  });
});

describe('rows', () => {
  it('keep the moment they were first seen', () => {
    begin('churn');
    const start = clock.now();
    engine.start();
    const first = rowsOf(engine);
    for (const row of first.values()) expect(row.firstSeenAt).toBe(start);
    clock.advance(10_000);
    const later = rowsOf(engine);
    const kept = [...later.values()].filter((row) => first.has(row.id));
    const fresh = [...later.values()].filter((row) => !first.has(row.id));
    expect(kept.length).toBeGreaterThan(100);
    expect(fresh.length).toBeGreaterThan(10);
    for (const row of kept) expect(row.firstSeenAt).toBe(start);
    for (const row of fresh) {
      expect(row.firstSeenAt).toBeGreaterThan(start);
      expect((row.firstSeenAt - start) % 1000).toBe(0);
    }
  });

  it('are each there once, as last listed, where the OS lists a socket twice', () => {
    let again = '';
    backend.afterTable = (name, into) => {
      if (name !== 'tcp4') return;
      const { length } = into;
      for (const row of [0, 2]) into.columns.receiveQueue[into.appendFrom(into, row)] = 77;
      again = backend.id(into.columns.idHigh[0]!, into.columns.idLow[0]!);
      expect(into.length).toBe(length + 2);
    };
    const rows = engine.snapshot();
    expect(rows).toHaveLength(20);
    expect(new Set(rows.map((row) => row.id)).size).toBe(20);
    expect(byId(rows).get(again)).toMatchObject({ receiveQueue: 77, owner: 'known' });
    expect(rows.filter((row) => row.receiveQueue === 77)).toHaveLength(2);
  });

  it('that have lost their owner keep the last one, marked, and their user', () => {
    begin('churn');
    engine.start();
    const before = rowsOf(engine);
    clock.advance(10_000);
    const ended = [...rowsOf(engine).values()].filter(
      (row) => row.state === 'TIME_WAIT' && before.get(row.id)?.state === 'ESTABLISHED',
    );
    expect(ended.length).toBeGreaterThan(3);
    for (const row of ended) {
      const { pid, processName, uid, user } = before.get(row.id)!;
      expect(row).toMatchObject({ owner: 'inherited', pid, processName, uid, user, inode: null });
    }
    for (const row of before.values()) {
      if (row.state === 'TIME_WAIT') expect(row).toMatchObject({ owner: 'none', pid: null, uid: null });
    }
  });

  it('tell command lines only when asked, for each row its own', () => {
    expect(JSON.stringify(engine.snapshot())).not.toContain('hunter2');
    const rows = engine.snapshot({ ...DEFAULT_READING, commandLines: true });
    for (const { processPath, commandLine } of rows)
      expect(commandLine).toBe(processPath === null ? null : `${processPath} --password=hunter2`);
    expect(rows.filter(({ commandLine }) => commandLine !== null).length).toBeGreaterThan(10);
  });
});

describe('the status bar', () => {
  it('counts connections of TCP only, whatever else is connected', () => {
    const listed = new ListedBackend();
    listed.listed = (['tcp', 'udp', 'sctp', 'mptcp'] as const).map((protocol, id) => ({
      ...{ id, protocol, local: ['10.0.0.5', 443], remote: ['10.0.0.9', 5] },
    }));
    ({ engine } = engineOver(listed, clock));
    expect(engine.snapshot({ ...DEFAULT_READING, protocols: ['tcp', 'udp', 'sctp', 'mptcp'] })).toHaveLength(
      4,
    );
    expect(new Page(engine).status).toMatchObject({ endpoints: 4, established: 1 });
  });
});
