import { beforeEach, describe, expect, it } from 'vitest';
import type { ProcessEntry } from '../native';
import { socketLabel } from '../shared/labels';
import { MAX_TREE } from '../shared/orders';
import type { Order, ProcessIdentity } from '../shared/orders';
import { DEFAULT_READING } from '../shared/socket';
import { ListedBackend } from './fixtures/listedBackend';
import { broken, engineOver, openScene, rowsOf } from './fixtures/scene';

let { clock, backend, engine } = openScene();
beforeEach(() => {
  ({ clock, backend, engine } = openScene());
  engine.start();
});

const ids = (): string[] => [...rowsOf(engine).keys()];
const socketOrder = (targets: string[]): Order => ({ action: 'reset', ids: targets });

describe('an order about sockets', () => {
  it('finds what exists, in the order given and once, and says what does not', () => {
    const [first, second] = ids() as [string, string];
    const prepared = engine.prepare(socketOrder([second, 'x', first, first, 'x']));
    expect(prepared.order).toEqual(socketOrder([second, first]));
    expect(prepared.missing).toEqual([{ id: 'x', outcome: 'gone', label: 'x', message: null }]);
    const rows = rowsOf(engine);
    expect(prepared.labels).toEqual([second, first].map((id) => socketLabel(rows.get(id)!)));
    expect(backend.closed).toEqual([]);
  });

  it('looks anew', () => {
    engine.prepare(socketOrder(['x']));
    expect(backend.rounds).toBe(2);
  });

  it('does not call gone what could not be looked for', () => {
    backend.failures.set('tcp6', broken('tcp6'));
    expect(engine.prepare(socketOrder(['x']))).toMatchObject({
      ...{ order: socketOrder([]), missing: [{ outcome: 'failed' }] },
    });
  });

  it('counts kinds and owners', () => {
    const listed = new ListedBackend();
    const process = (pid: number, name: string) => ({
      ...{ pid, startKey: String(pid), startedAt: pid, name, path: null, unit: null, container: null },
      ...{ parentPid: null, parentName: null },
    });
    const [nginx, other, sshd] = [process(8, 'nginx'), process(9, 'nginx'), process(10, 'sshd')];
    const remote: [string, number] = ['10.0.0.9', 5];
    const local: [string, number] = ['10.0.0.5', 443];
    listed.listed = [
      { id: 1, local, remote, holder: nginx },
      { id: 2, local, remote, holder: other },
      { id: 3, local, remote, state: 'TIME_WAIT' },
      { id: 4, local, state: 'LISTEN', holder: nginx },
      { id: 5, local, protocol: 'udp', state: null, holder: sshd },
      { id: 6, local, state: 'BOUND', holder: nginx },
      { id: 7, local, protocol: 'sctp', state: 'LISTEN', holder: nginx },
    ];
    ({ engine } = engineOver(listed, clock));
    engine.choose({ ...DEFAULT_READING, protocols: ['tcp', 'udp', 'sctp'], bound: true });
    const { kinds, owners } = engine.prepare(socketOrder(['1', '2', '3', '4', '5', '6', '7']));
    expect(kinds).toEqual({ connections: 3, listeners: 1, datagrams: 1, others: 2 });
    expect(owners).toEqual({ processes: 3, names: ['nginx', 'sshd'], hasUnknown: true });
    expect(engine.prepare(socketOrder(['1'])).owners).toEqual({
      ...{ processes: 1, names: ['nginx'], hasUnknown: false },
    });
  });
});

describe('an order about processes', () => {
  const at = (pid: number, startedAt: number, parentPid: number | null, name = 'app'): ProcessEntry => ({
    ...{ pid, startedAt, parentPid, name, path: `/usr/bin/${name}`, user: 'anna' },
  });
  const named = (...processes: ProcessIdentity[]): Order => ({
    action: 'terminate',
    processes: processes.map(({ pid, startedAt }) => ({ pid, startedAt })),
  });
  const show = (order: Order): string[] =>
    engine.prepare(order).tree.map(({ pid, depth }) => `${'  '.repeat(depth)}${pid}`);
  let listed: ListedBackend;
  let all: ProcessEntry[];
  beforeEach(() => {
    listed = new ListedBackend();
    listed.processes = () => all;
    ({ engine } = engineOver(listed, clock));
  });

  it('names those that are still the same, once, and says which are not', () => {
    all = [at(5, 50, 1), at(6, 60, 1)];
    const prepared = engine.prepare(named(all[1]!, at(5, 49, 1), all[1]!, at(7, 70, 1)));
    expect(prepared.order).toEqual(named(all[1]!));
    expect(prepared.missing.map(({ id, outcome }) => [id, outcome])).toEqual([
      ['5@49', 'gone'],
      ['7@70', 'gone'],
    ]);
    expect(prepared).toMatchObject({
      ...{ owners: { processes: 1, names: ['app'], hasUnknown: false }, labels: ['app (6)'] },
      kinds: { connections: 0, listeners: 0, datagrams: 0, others: 0 },
    });
  });

  it('shows what was started by each, and by those, but nobody twice', () => {
    all = [at(1, 0, null), at(5, 50, 1), at(6, 60, 5), at(7, 70, 6), at(8, 80, 5), at(9, 90, 1)];
    expect(show(named(all[1]!))).toEqual(['5', '  6', '    7', '  8']);
    expect(show(named(all[1]!, all[2]!))).toEqual(['5', '  8', '6', '  7']);
  });

  it('takes nobody for a child whose parent is younger: that PID was given anew', () => {
    all = [at(5, 500, 1), at(6, 60, 5), at(7, 500, 5)];
    expect(show(named(all[0]!))).toEqual(['5', '  7']);
  });

  it('ends after the first few hundred, however the parents may be entangled', () => {
    all = Array.from({ length: 1000 }, (_, i) => at(i + 1, 5, i === 0 ? 1000 : i));
    expect(engine.prepare(named(all[0]!)).tree).toHaveLength(MAX_TREE);
  });

  it('shows every process that is named, whatever the first one has started', () => {
    const children = Array.from({ length: 400 }, (_, i) => at(1000 + i, 1000 + i, 5));
    all = [at(5, 50, 1), at(6, 60, 1), at(7, 70, 1), ...children, at(2000, 2000, 7)];
    const { tree } = engine.prepare(named(all[0]!, all[1]!, all[2]!));
    expect(tree).toHaveLength(MAX_TREE);
    expect(tree.filter(({ depth }) => depth === 0).map(({ pid }) => pid)).toEqual([5, 6, 7]);
    const many = Array.from({ length: 500 }, (_, i) => at(i + 10, i + 10, 1));
    all = [...many, at(4000, 4000, 10)];
    const prepared = engine.prepare(named(...many));
    expect(prepared.order).toEqual(named(...many));
    expect(prepared.tree.map(({ pid }) => pid)).toEqual(many.slice(0, MAX_TREE).map(({ pid }) => pid));
  });

  it('counts the sockets of each, shared ones too', () => {
    const holder = (pid: number, startedAt: number) => ({
      ...{ pid, startKey: String(pid), startedAt, name: 'app', path: null, unit: null, container: null },
      ...{ parentPid: null, parentName: null },
    });
    const local: [string, number] = ['10.0.0.5', 443];
    const [own, child] = [holder(5, 50), holder(6, 60)];
    listed.listed = [1, 2, 3].map((id) => ({ id, local, holder: own }));
    listed.readOwners = () => ({ complete: true, holdersOf: (row) => (row === 0 ? [own, child] : [own]) });
    all = [at(5, 50, 1), at(6, 60, 5)];
    expect(engine.prepare(named(all[0]!)).tree.map(({ sockets }) => sockets)).toEqual([3, 1]);
  });
});
