import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { NativeError } from '../native';
import { FAKE_SERVICES } from '../native/fake/fakeNetwork';
import type { Scenario } from '../native/fake/scenarios';
import { socketLabel } from '../shared/actions';
import { INTERVALS, PROTOCOL_VERSION } from '../shared/contract';
import type { SocketDetails } from '../shared/details';
import { DEFAULT_READING } from '../shared/socket';
import type { ReadingOptions, SocketRow, TableName } from '../shared/socket';
import { Engine } from './engine';
import { HandClock } from './fixtures/handClock';
import { ListedBackend } from './fixtures/listedBackend';
import type { Listed } from './fixtures/listedBackend';
import { Page } from './fixtures/page';
import { ScriptedBackend } from './fixtures/scriptedBackend';

let clock: HandClock;
let backend: ScriptedBackend;
let engine: Engine;

function begin(scenario: Scenario = 'idle'): void {
  clock = new HandClock();
  backend = new ScriptedBackend(scenario);
  engine = new Engine({ backend, clock, hostname: 'testhost', engineId: 'run-1' });
}
beforeEach(() => begin());

/** The engine's rows as of its last reading, without another one. */
function currentRows(): Map<string, SocketRow> {
  const page = new Page(engine);
  page.leave();
  return page.rows;
}

const byId = (rows: readonly SocketRow[]): Map<string, SocketRow> =>
  new Map(rows.map((row) => [row.id, row]));
const broken = (name: TableName): NativeError =>
  new NativeError(`dump(${name})`, 105, 'ENOBUFS', 'It broke.');

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

describe('a page', () => {
  it('is welcomed and given everything', () => {
    engine.start();
    const page = new Page(engine);
    expect(page.messages[0]).toEqual({
      type: 'welcome',
      version: PROTOCOL_VERSION,
      hostname: 'testhost',
      backend: 'demonstration "idle"',
      demo: true,
      engineId: 'run-1',
      missingPrivilege: null,
      services: FAKE_SERVICES,
    });
    expect(page.messages.slice(1).map((message) => message.type)).toEqual(['snapshot']);
    expect(page.rows).toEqual(byId(engine.snapshot()));
    expect(page.rows.size).toBe(20);
  });

  it('is given everything also by an engine that has read nothing yet', () => {
    const page = new Page(engine);
    expect(page.rows.size).toBe(20);
    expect(page.status?.endpoints).toBe(20);
  });

  it('follows every change', () => {
    begin('churn');
    engine.start();
    const page = new Page(engine);
    const first = new Set(page.rows.keys());
    for (let reading = 0; reading < 30; reading++) {
      clock.advance(1000);
      expect(page.rows).toEqual(currentRows());
    }
    const [added, changed, removed] = (['added', 'changed', 'removed'] as const).map((kind) =>
      page.heard('diff').reduce((sum, diff) => sum + diff[kind].length, 0),
    );
    for (const number of [added, changed, removed]) expect(number).toBeGreaterThan(30);
    expect([...page.rows.keys()].filter((id) => !first.has(id)).length).toBeGreaterThan(10);
    const numbers = page.messages.flatMap((message) => ('seq' in message ? [message.seq] : []));
    expect(numbers).toEqual(numbers.map((_, i) => numbers[0]! + i));
  });

  it('is told nothing about sockets that have not changed', () => {
    engine.start();
    const page = new Page(engine);
    clock.advance(5000);
    const diffs = page.heard('diff');
    expect(diffs).toHaveLength(5);
    for (const diff of diffs) expect(diff).toMatchObject({ added: [], changed: [], removed: [] });
  });

  it('that is slow gets one message at a time, and then all that happened at once', () => {
    begin('churn');
    engine.start();
    const page = new Page(engine);
    page.slow = true;
    clock.advance(20_000);
    expect(page.heard('diff')).toHaveLength(1);
    page.acknowledge();
    expect(page.heard('diff')).toHaveLength(2);
    page.acknowledge();
    expect(page.heard('diff')).toHaveLength(2);
    expect(page.rows).toEqual(currentRows());
  });

  it('that has left is told nothing more', () => {
    engine.start();
    const page = new Page(engine);
    page.leave();
    const heard = page.messages.length;
    clock.advance(5000);
    expect(page.messages).toHaveLength(heard);
  });

  it('that has not said hello is told nothing', () => {
    engine.start();
    const page = new Page(engine, false);
    clock.advance(5000);
    expect(page.messages).toEqual([]);
  });

  it('starts over when it asks to', () => {
    begin('churn');
    engine.start();
    const page = new Page(engine);
    clock.advance(3000);
    page.rows.clear();
    page.say({ type: 'resync' });
    expect(page.messages.at(-1)).toMatchObject({ type: 'snapshot', first: true, last: true });
    expect(page.rows).toEqual(currentRows());
    clock.advance(3000);
    expect(page.rows).toEqual(currentRows());
  });

  it('that speaks another version is refused, and told both versions', () => {
    engine.start();
    const page = new Page(engine, false);
    page.say({ type: 'hello', version: PROTOCOL_VERSION + 1 });
    clock.advance(5000);
    expect(page.messages.map((message) => message.type)).toEqual(['refused']);
    const { message } = page.heard('refused')[0]!;
    expect(message).toContain(`version ${PROTOCOL_VERSION + 1}`);
    expect(message).toContain(`version ${PROTOCOL_VERSION}.`);
    // And with the right one it is welcome.
    page.say({ type: 'hello', version: PROTOCOL_VERSION });
    expect(page.rows.size).toBe(20);
  });

  it.each<[what: string, message: (ids: string[]) => unknown]>([
    ['close', (ids) => ({ type: 'close', ids })],
    ["the host's own request", (ids) => ({ request: 1, method: 'close', ids })],
    [
      'close with everything else right',
      (ids) => ({ type: 'close', request: 1, method: 'close', ids, version: 1 }),
    ],
    ['describe', (ids) => ({ type: 'describe', ids })],
    ["the browser's action", (ids) => ({ type: 'prepare-close', ids })],
    ["the browser's confirmation", () => ({ type: 'confirm-close', nonce: 'x'.repeat(32) })],
    ['kill', () => ({ type: 'kill', pid: 1 })],
    ['an action within a query', (ids) => ({ type: 'refresh', method: 'close', ids })],
    ['an action within an array', (ids) => [{ type: 'close', ids }]],
  ])('cannot act: %s is refused and changes nothing', (_, message) => {
    engine.start();
    const page = new Page(engine);
    const before = new Map(page.rows);
    page.say(message([...page.rows.keys()]));
    expect(page.messages.at(-1)).toMatchObject({
      type: 'refused',
      message: expect.stringMatching(/^Refused: "/),
    });
    expect(backend.closed).toEqual([]);
    expect(backend.rounds).toBe(1);
    clock.advance(1000);
    expect(page.rows).toEqual(before);
  });

  it.each<[string, unknown, string]>([
    ['nothing', null, 'message'],
    ['nothing at all', undefined, 'message'],
    ['a number', 42, 'message'],
    ['text', 'hello', 'message'],
    ['a list', [], 'type'],
    ['no type', {}, 'type'],
    ['a type that is no text', { type: 1 }, 'type'],
    ['an unknown type', { type: 'shutdown' }, 'type'],
    ['a type that every object has', { type: 'constructor' }, 'type'],
    ['hello without version', { type: 'hello' }, 'version'],
    ['hello with a version in text', { type: 'hello', version: '1' }, 'version'],
    ['hello with more', { type: 'hello', version: 1, token: 'x' }, 'token'],
    ['ack without number', { type: 'ack' }, 'seq'],
    ['ack of less than nothing', { type: 'ack', seq: -1 }, 'seq'],
    ['ack of a fraction', { type: 'ack', seq: 1.5 }, 'seq'],
    ['ack of too much', { type: 'ack', seq: 2 ** 53 }, 'seq'],
    ['an interval that nobody offered', { type: 'polling', intervalMs: 1, paused: false }, 'intervalMs'],
    ['an interval of nothing', { type: 'polling', intervalMs: 0, paused: false }, 'intervalMs'],
    ['a pause in text', { type: 'polling', intervalMs: 1000, paused: 'no' }, 'paused'],
    ['a refresh with more', { type: 'refresh', now: true }, 'now'],
  ])('is refused %s, with the name of the field, and may go on', (_, message, field) => {
    engine.start();
    const page = new Page(engine);
    page.say(message);
    const refused = page.messages.at(-1);
    expect(refused).toMatchObject({ type: 'refused', message: expect.stringContaining(`"${field}"`) });
    expect(backend.rounds).toBe(1);
    expect(clock.pending).toEqual([1000]);
    clock.advance(1000);
    expect(page.messages.at(-1)?.type).toBe('diff');
  });

  it('may acknowledge what was never sent without doing harm', () => {
    begin('churn');
    engine.start();
    const page = new Page(engine);
    page.slow = true;
    clock.advance(1000);
    for (const seq of [0, 1, 99]) page.say({ type: 'ack', seq });
    clock.advance(5000);
    expect(page.heard('diff')).toHaveLength(1);
  });
});

describe('rows', () => {
  it('keep the moment they were first seen', () => {
    begin('churn');
    const start = clock.now();
    engine.start();
    const first = currentRows();
    for (const row of first.values()) expect(row.firstSeenAt).toBe(start);
    clock.advance(10_000);
    const later = currentRows();
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
    const before = currentRows();
    clock.advance(10_000);
    const ended = [...currentRows().values()].filter(
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

describe('a table that cannot be read', () => {
  const tcp6 = (rows: Iterable<SocketRow>): SocketRow[] =>
    [...rows].filter((row) => row.protocol === 'tcp' && row.family === 6);

  it('keeps its rows while the others go on', () => {
    begin('churn');
    engine.start();
    const page = new Page(engine);
    const before = tcp6(page.rows.values());
    const others = page.rows.size - before.length;
    expect(before.length).toBeGreaterThan(10);
    backend.failures.set('tcp6', broken('tcp6'));
    const since = clock.now() + 1000;
    clock.advance(10_000);
    // Whose they are is still looked up: where nobody holds one any more, nobody is named.
    const kept = tcp6(page.rows.values()).map((row) => {
      const old = before.find(({ id }) => id === row.id)!;
      const { owner, holders, pid, processName, processPath, processStartedAt } = old;
      const { unit, container, parentPid, parentName } = old;
      if (row.owner !== owner) expect(row).toMatchObject({ owner: 'unfound', holders: 0, pid: null });
      else expect(row.pid).toBe(pid);
      const process = { pid, processName, processPath, processStartedAt, parentPid, parentName };
      return { ...row, ...process, owner, holders, unit, container };
    });
    expect(kept).toEqual(before);
    expect(page.heard('diff').flatMap((diff) => tcp6(diff.added))).toEqual([]);
    const stale = [...page.rows.values()].filter((row) => row.firstSeenAt < since).length - before.length;
    expect(stale).toBeLessThan(others); // some have gone, and new ones come
    expect(page.status?.problems).toEqual([
      {
        ...{ table: 'tcp6', namespace: null, message: 'dump(tcp6): ENOBUFS. It broke.' },
        ...{ since, retryAt: since + 15_000 },
      },
    ]);
  });

  it('is tried again after 1, 2, 4 … 30 seconds, and forgiven when it can be read', () => {
    const start = clock.now();
    const attempts: number[] = [];
    backend.beforeTable = (name) => {
      if (name === 'udp4') attempts.push((clock.now() - start) / 1000);
    };
    backend.failures.set('udp4', broken('udp4'));
    engine.start();
    const page = new Page(engine);
    clock.advance(100_000);
    expect(attempts).toEqual([0, 1, 3, 7, 15, 31, 61, 91]);
    expect(page.status?.problems).toEqual([
      {
        ...{ table: 'udp4', namespace: null, message: expect.any(String) },
        ...{ since: start, retryAt: start + 121_000 },
      },
    ]);
    backend.failures.clear();
    clock.advance(20_000);
    expect(page.status?.problems).toHaveLength(1);
    clock.advance(1000);
    expect(page.status?.problems).toEqual([]);
    expect(page.rows).toEqual(currentRows());
    // The next failure begins anew.
    backend.failures.set('udp4', broken('udp4'));
    const again = clock.now() + 1000;
    clock.advance(1000);
    expect(page.status?.problems).toMatchObject([{ since: again, retryAt: again + 1000 }]);
  });

  it('is reported once, however often it fails', () => {
    backend.failures.set('udp4', broken('udp4'));
    engine.start();
    const page = new Page(engine);
    const { since } = page.status!.problems[0]!;
    for (let second = 0; second < 40; second++) {
      clock.advance(1000);
      expect(page.status!.problems).toHaveLength(1);
      expect(page.status!.problems[0]).toMatchObject({ table: 'udp4', since });
      expect(page.status!.problems[0]!.retryAt).toBeGreaterThan(clock.now());
    }
  });

  it('is tried at once when the user refreshes', () => {
    backend.failures.set('udp4', broken('udp4'));
    engine.start();
    const page = new Page(engine);
    clock.advance(8000);
    const before = backend.read.filter((name) => name === 'udp4').length;
    page.say({ type: 'refresh' });
    expect(backend.read.filter((name) => name === 'udp4')).toHaveLength(before + 1);
    backend.failures.clear();
    page.say({ type: 'refresh' });
    expect(page.status?.problems).toEqual([]);
  });

  it('adds nothing of what was read before it failed', () => {
    engine.start();
    const before = currentRows();
    backend.afterTable = (name, into) => {
      // Rows that would be new, and one that would be another's
      if (name === 'tcp4') for (let i = 0; i < 3; i++) into.columns.idLow[into.append()] = 900_000 + i;
    };
    backend.failures.set('tcp4', broken('tcp4'));
    clock.advance(1000);
    expect(currentRows()).toEqual(before);
  });

  it('is empty where it could never be read', () => {
    begin('failing');
    engine.start();
    const page = new Page(engine);
    clock.advance(5000);
    expect(tcp6(page.rows.values())).toEqual([]);
    expect(page.rows.size).toBeGreaterThan(10);
    expect(page.status?.problems).toMatchObject([
      { table: 'tcp6', message: expect.stringContaining('ENOBUFS') },
    ]);
    expect(engine.tableProblems).toEqual(page.status?.problems);
  });

  it('may be all of them', () => {
    engine.start();
    const before = currentRows();
    for (const name of backend.tables) backend.failures.set(name, broken(name));
    clock.advance(60_000);
    expect(currentRows()).toEqual(before);
    expect(engine.tableProblems.map((problem) => problem.table)).toEqual([...backend.tables]);
  });

  it('is told of in words also where the error is not of the OS', () => {
    backend.failures.set('tcp4', new TypeError('x is not a function'));
    backend.failures.set('tcp6', 'a string');
    engine.start();
    expect(engine.tableProblems.map((problem) => problem.message)).toEqual([
      'The table could not be read: x is not a function',
      'The table could not be read: a string',
    ]);
  });
});

describe('names of addresses', () => {
  it('go to the page that asked, in batches, and to no other', async () => {
    engine.start();
    const [page, other] = [new Page(engine), new Page(engine)];
    page.say({ type: 'resolve', addresses: ['127.0.0.1', '203.0.113.1', '::ffff:127.0.0.1', 'no address'] });
    await setImmediate();
    clock.advance(50);
    expect(page.heard('names')).toHaveLength(1);
    const names = new Map(page.heard('names')[0]!.names.map(({ address, name }) => [address, name]));
    expect(names).toEqual(
      new Map([
        ['127.0.0.1', 'localhost'],
        ['203.0.113.1', (await backend.reverse('203.0.113.1'))[0] ?? null],
        ['::ffff:127.0.0.1', 'localhost'],
        ['no address', null],
      ]),
    );
    expect(other.heard('names')).toEqual([]);
  });

  it('are not sent to a page that has left', async () => {
    engine.start();
    const page = new Page(engine);
    page.say({ type: 'resolve', addresses: ['127.0.0.1'] });
    page.leave();
    await setImmediate();
    clock.advance(1000);
    expect(page.heard('names')).toEqual([]);
  });

  it('are looked up for nobody who does not ask', () => {
    const reverse = vi.spyOn(backend, 'reverse');
    engine.start();
    const page = new Page(engine);
    clock.advance(10_000);
    expect(page.rows.size).toBeGreaterThan(0);
    expect(reverse).not.toHaveBeenCalled();
  });
});

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
    expect(page.rows).toEqual(currentRows());
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
    engine.close(['x']);
    expect(asked.slice(2)).toEqual([wanted, wanted]);
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

describe('details', () => {
  it('of exactly the socket that is asked for go to the page that asked', () => {
    engine.start();
    const [page, other] = [new Page(engine), new Page(engine)];
    const asked: string[] = [];
    const found: SocketDetails = {
      groups: [{ name: 'tcp', title: 'TCP', facts: [], note: null }],
      holders: [],
    };
    backend.details = (table, row) => {
      asked.push(table.row(row, backend).id);
      return found;
    };
    const id = [...page.rows.keys()][7]!;
    page.say({ type: 'details', id });
    expect(page.messages.at(-1)).toEqual({ type: 'details', id, details: found });
    expect(asked).toEqual([id]);
    expect(other.heard('details')).toEqual([]);
    expect(backend.rounds).toBe(1); // the backend reads that one socket
  });

  it('of what is not there are null, and of what ends meanwhile', () => {
    engine.start();
    const page = new Page(engine);
    page.say({ type: 'details', id: 'demo-xyz' });
    expect(page.messages.at(-1)).toEqual({ type: 'details', id: 'demo-xyz', details: null });
    backend.details = () => null;
    const id = [...page.rows.keys()][0]!;
    page.say({ type: 'details', id });
    expect(page.messages.at(-1)).toEqual({ type: 'details', id, details: null });
  });
});

describe('destroyed sockets', () => {
  it('are collected from before the first reading on, and their end is told to every page', () => {
    const log: string[] = [];
    const listed = new ListedBackend();
    listed.watchDestroyed = () => void log.push('watch');
    const take = listed.takeDestroyed.bind(listed);
    listed.takeDestroyed = (into) => {
      log.push('take');
      return take(into);
    };
    engine = new Engine({ backend: listed, clock, hostname: 'testhost', engineId: 'run-1' });
    const seen: Listed = { id: 1, local: ['10.0.0.5', 443], remote: ['10.0.0.9', 5], bytesSent: 1 };
    listed.listed = [seen];
    engine.start();
    expect(log).toEqual(['watch', 'take', 'take']); // before the tables are read, and after
    const [page, other] = [new Page(engine), new Page(engine)];
    expect(page.status?.missedEvents).toBe(0);

    listed.listed = [];
    listed.missed = 2;
    listed.destroyed = [
      { ...seen, state: 'CLOSE', bytesSent: 9 },
      { ...seen, id: 2, local: ['10.0.0.5', 80], state: 'CLOSE' },
    ];
    clock.advance(1000);
    for (const each of [page, other]) {
      const [diff] = each.heard('diff');
      expect(diff).toMatchObject({ added: [], changed: [], removed: ['1'] });
      expect(diff!.ended).toMatchObject([{ id: '1', bytesSent: 9, destroyedAt: clock.now() }]);
      expect(each.status?.missedEvents).toBe(2);
    }
    clock.advance(1000);
    expect(page.heard('diff')[1]!.ended).toMatchObject([{ id: '2', owner: 'none' }]);
    clock.advance(1000);
    expect(page.heard('diff')[2]!.ended).toEqual([]);
    expect(page.rows.size).toBe(0);
  });
});

describe('the status bar', () => {
  it('counts connections of TCP only, whatever else is connected', () => {
    const listed = new ListedBackend();
    listed.listed = (['tcp', 'udp', 'sctp', 'mptcp'] as const).map((protocol, id) => ({
      ...{ id, protocol, local: ['10.0.0.5', 443], remote: ['10.0.0.9', 5] },
    }));
    engine = new Engine({ backend: listed, clock, hostname: 'testhost', engineId: 'run-1' });
    expect(engine.snapshot({ ...DEFAULT_READING, protocols: ['tcp', 'udp', 'sctp', 'mptcp'] })).toHaveLength(
      4,
    );
    expect(new Page(engine).status).toMatchObject({ endpoints: 4, established: 1 });
  });

  it('names the namespace of a table that cannot be read', () => {
    const listed = new ListedBackend();
    listed.listed = [{ id: 1, namespace: 7, local: ['10.0.0.5', 443] }];
    listed.namespace = () => 'blue';
    const read = listed.readTable.bind(listed);
    listed.readTable = (source, options, into) => {
      read(source, options, into);
      if (source.table === 'tcp4') throw broken('tcp4');
    };
    engine = new Engine({ backend: listed, clock, hostname: 'testhost', engineId: 'run-1' });
    engine.start();
    expect(engine.tableProblems).toMatchObject([{ table: 'tcp4', namespace: 'blue' }]);
  });
});

describe('closing', () => {
  const ids = (): string[] => [...currentRows().keys()];

  it('closes exactly the sockets it is told to, and every page sees it', () => {
    engine.start();
    const page = new Page(engine);
    const before = currentRows();
    const [first, second, third] = ids() as [string, string, string];
    const results = engine.close([third, first]);
    expect(results.map(({ id, outcome, message }) => [id, outcome, message])).toEqual([
      [third, 'closed', null],
      [first, 'closed', null],
    ]);
    expect(results.map((result) => result.label)).toEqual(
      [third, first].map((id) => socketLabel(before.get(id)!)),
    );
    expect(backend.closed).toEqual([third, first]);
    expect(
      page
        .heard('diff')
        .flatMap((diff) => diff.removed)
        .sort(),
    ).toEqual([first, third].sort());
    expect(page.rows.has(second)).toBe(true);
  });

  it('looks anew before it closes: what has ended meanwhile is gone', () => {
    engine.start();
    const [id] = ids() as [string];
    const table: string[] = [];
    backend.afterTable = (name, into) => {
      if (name !== 'tcp4') return;
      into.drop([0]);
      table.push('dropped');
    };
    expect(engine.close([id])).toEqual([{ id, outcome: 'gone', label: id, message: null }]);
    expect(table.length).toBeGreaterThan(0);
    expect(backend.closed).toEqual([]);
  });

  it('reports ids that it does not know as gone, and each id once', () => {
    engine.start();
    const [id] = ids() as [string];
    const results = engine.close(['demo-xyz', id, 'demo-xyz', id, '__proto__']);
    expect(results.map((result) => [result.id, result.outcome])).toEqual([
      ['demo-xyz', 'gone'],
      [id, 'closed'],
      ['__proto__', 'gone'],
    ]);
    expect(backend.closed).toEqual([id]);
  });

  it('does not call a socket gone whose table could not be read', () => {
    backend.failures.set('tcp6', broken('tcp6'));
    engine.start();
    const [result] = engine.close(['demo-xyz']);
    expect(result).toMatchObject({
      id: 'demo-xyz',
      outcome: 'failed',
      message: expect.stringContaining('ENOBUFS'),
    });
  });

  it('goes on where one of them fails, and says why', () => {
    engine.start();
    const [first, second, third] = ids() as [string, string, string];
    const reasons = new Map<string, unknown>([
      [first, new NativeError('send(NETLINK_SOCK_DIAG)', 105, 'ENOBUFS', 'No room.')],
      [second, 'a string'],
    ]);
    backend.onClose = (id) => {
      if (reasons.has(id)) throw reasons.get(id);
    };
    expect(engine.close([first, second, third]).map(({ outcome, message }) => [outcome, message])).toEqual([
      ['failed', 'send(NETLINK_SOCK_DIAG): ENOBUFS. No room.'],
      ['failed', 'a string'],
      ['closed', null],
    ]);
  });

  it('is refused without privileges, and the rows stay', () => {
    begin('unprivileged');
    engine.start();
    const [id] = ids() as [string];
    expect(engine.close([id])).toMatchObject([
      { outcome: 'refused', message: expect.stringContaining('CAP_NET_ADMIN') },
    ]);
  });

  it('goes on at the interval that was chosen, paused or not', () => {
    engine.start();
    const [first, second] = ids() as [string, string];
    engine.close([first]);
    expect(clock.pending).toEqual([1000]);
    new Page(engine).say({ type: 'polling', intervalMs: 1000, paused: true });
    engine.close([second]);
    expect(clock.pending).toEqual([]);
  });
});

describe('describing', () => {
  it('gives each row that exists once, and names the rest', () => {
    engine.start();
    const rows = currentRows();
    const [first, second] = [...rows.keys()] as [string, string];
    const described = engine.describe([second, 'x', first, first, 'x']);
    expect(byId(described.rows)).toEqual(new Map([first, second].map((id) => [id, rows.get(id)])));
    expect(described.rows).toHaveLength(2);
    expect(described.gone).toEqual(['x']);
  });

  it('looks anew', () => {
    engine.start();
    expect(engine.describe(['x'])).toEqual({ rows: [], gone: ['x'] });
    expect(backend.rounds).toBe(2);
    expect(backend.closed).toEqual([]);
  });
});
