import { beforeEach, describe, expect, it } from 'vitest';
import type { Scenario } from '../native/fake/scenarios';
import type { SocketRow } from '../shared/socket';
import { ListedBackend } from './fixtures/listedBackend';
import { Page } from './fixtures/page';
import { broken, engineOver, openScene, rowsOf } from './fixtures/scene';

let { clock, backend, engine } = openScene();

function begin(scenario: Scenario = 'idle'): void {
  ({ clock, backend, engine } = openScene(scenario));
}
beforeEach(() => begin());

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
    expect(page.rows).toEqual(rowsOf(engine));
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
    const before = rowsOf(engine);
    backend.afterTable = (name, into) => {
      // Rows that would be new, and one that would be another's
      if (name === 'tcp4') for (let i = 0; i < 3; i++) into.columns.idLow[into.append()] = 900_000 + i;
    };
    backend.failures.set('tcp4', broken('tcp4'));
    clock.advance(1000);
    expect(rowsOf(engine)).toEqual(before);
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
    const before = rowsOf(engine);
    for (const name of backend.tables) backend.failures.set(name, broken(name));
    clock.advance(60_000);
    expect(rowsOf(engine)).toEqual(before);
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

  it('names the namespace of a table that cannot be read', () => {
    const listed = new ListedBackend();
    listed.listed = [{ id: 1, namespace: 7, local: ['10.0.0.5', 443] }];
    listed.namespace = () => 'blue';
    const read = listed.readTable.bind(listed);
    listed.readTable = (source, options, into) => {
      read(source, options, into);
      if (source.table === 'tcp4') throw broken('tcp4');
    };
    ({ engine } = engineOver(listed, clock));
    engine.start();
    expect(engine.tableProblems).toMatchObject([{ table: 'tcp4', namespace: 'blue' }]);
  });
});
