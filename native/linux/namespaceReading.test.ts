import { describe, expect, it } from 'vitest';
import type { SocketRow } from '../../shared/socket';
import { SocketTable } from '../../shared/socketTable';
import {
  backend,
  blue,
  blueNumber,
  found,
  here,
  inBlue,
  netns,
  of,
  open,
  read,
  READING,
  readSockets,
  rowOf,
  setUpNamespaces,
  stage,
} from './fixtures/namespaceScene';
import { eventually } from './fixtures/needs';
import { NOBODY, unprivileged } from './fixtures/stage';
import { interfaceName } from './libc';
import { LinuxBackend } from './linuxBackend';
import { namespaceOf, tablesOf } from './namespaceDiscovery';

setUpNamespaces();

describe('reading all namespaces', () => {
  it('shows sockets, owners and names of each', async () => {
    const unshared = await stage.actor({ executable: netns.nodeUnshared() });
    const near = await stage.actor();
    const { port } = await inBlue.do('listen', { host: '127.0.0.1' });
    await inBlue.do('connect', { host: '127.0.0.1', port });
    await unshared.do('udp', { host: '::1' });
    await near.do('udp', { host: '127.0.0.1' });
    const reading = read();
    expect(reading.problems).toEqual([]);
    const inside = of(reading, inBlue);
    expect(new Set(inside.map((row) => row.namespace))).toEqual(new Set([blue]));
    expect(inside.map((row) => row.state).sort()).toEqual(['ESTABLISHED', 'ESTABLISHED', 'LISTEN']);
    for (const row of inside) expect(row.id).toMatch(new RegExp(`^${blueNumber}\\.[0-9a-f]{8}-[0-9a-f]+$`));
    const number = namespaceOf(unshared.pid)!;
    expect(of(reading, unshared)).toEqual([
      expect.objectContaining({ namespace: `net:[${number}]`, protocol: 'udp', family: 6 }),
    ]);
    expect(of(reading, near)).toEqual([expect.objectContaining({ namespace: `net:[${here()}]` })]);
    // Without the switch there is only this one.
    const sources = backend.sources({ ...READING, namespaces: false });
    expect(new Set(sources.map(({ namespace }) => namespace))).toEqual(new Set([here()]));
    await Promise.all([unshared.kill(), near.kill()]);
  });

  it('keeps equal endpoints of two namespaces apart, and closes the one meant', async () => {
    const red = netns.add('red');
    const inRed = await stage.actor({ executable: netns.node(red) });
    const listener = await inBlue.do('udp', { host: '127.0.0.1' });
    const other = await inRed.do('udp', { host: '127.0.0.1', port: listener.port });
    const reading = read();
    const same = reading.rows.filter((row) => row.localPort === listener.port && row.protocol === 'udp');
    expect(same.map((row) => [row.namespace, row.pid]).sort()).toEqual(
      [
        [blue, inBlue.pid],
        [red, inRed.pid],
      ].sort(),
    );
    expect(new Set(same.map((row) => row.id)).size).toBe(2);
    // By an id, as printed by one process and given to another.
    const fresh = new LinuxBackend();
    try {
      const { id } = same.find((row) => row.namespace === red)!;
      const again = read(fresh);
      expect(fresh.close(again.table, rowOf(again, id), 'reset')).toEqual({ outcome: 'done', message: null });
    } finally {
      fresh.dispose();
    }
    expect(await inRed.do('ending', { handle: other.handle })).toBe('ECONNABORTED');
    const sender = await inBlue.do('udp', { host: '127.0.0.1' });
    await inBlue.do('send', { handle: sender.handle, host: '127.0.0.1', port: listener.port, bytes: 10 });
    expect(await inBlue.do('received', { handle: listener.handle, bytes: 10 })).toBe(10);
    await inRed.kill();
    netns.delete(red);
  });

  it('names interfaces as the namespace of the socket does', async () => {
    const red = netns.add('zones');
    netns.run('-n', red, 'link', 'add', 'inside0', 'type', 'veth', 'peer', 'name', 'inside1');
    for (const end of ['inside0', 'inside1']) {
      netns.run('-n', red, 'addr', 'add', 'fe80::77/64', 'dev', end, 'nodad');
      netns.run('-n', red, 'link', 'set', end, 'up');
    }
    const inRed = await stage.actor({ executable: netns.node(red) });
    const number = netns.number(red);
    await inRed.do('udp', { host: 'fe80::77%inside1' });
    const reading = read();
    expect(of(reading, inRed)).toEqual([expect.objectContaining({ localAddress: 'fe80::77%inside1' })]);
    const index = found().enter(number, () => {
      const names = [1, 2, 3, 4, 5].map((each) => interfaceName(each));
      return names.indexOf('inside1') + 1;
    });
    expect(backend.interface(index, number)).toBe('inside1');
    expect(backend.interface(index, blueNumber)).not.toBe('inside1');
    expect(backend.interface(1, blueNumber)).toBe('lo');
    // Who may not go in reads it from a table.
    const tables = tablesOf(inRed.pid)!;
    unprivileged(() => {
      const own = new LinuxBackend();
      own.sources(READING);
      expect(own.interface(index, tables)).toBe('inside1');
      expect(own.interface(77, tables)).toBe('77');
      own.dispose();
    });
    await inRed.kill();
    netns.delete(red);
    expect(new LinuxBackend().interface(index, number)).toBe(String(index));
  });
});

describe('without the privilege to enter', () => {
  it('shows the sockets of other namespaces all the same', async () => {
    const own = await stage.actor({ executable: netns.node(blue, 'nobody') });
    const { port } = await inBlue.do('listen', { host: '127.0.0.1' });
    await own.do('connect', { host: '127.0.0.1', port });
    const udp = await own.do('udp', { host: '::1' });
    const privileged = read().rows.filter((row) => row.namespace === blue);
    // Its own process tells the number of the namespace, another's its tables only.
    const red = netns.add('foreign');
    const foreign = await stage.actor({ executable: netns.node(red) });
    const far = await foreign.do('udp', { host: '127.0.0.1' });
    unprivileged(() => {
      const mine = new LinuxBackend();
      const reading = read(mine);
      const inside = reading.rows.filter((row) => row.namespace === blue);
      const shape = (row: SocketRow): string =>
        [row.protocol, row.family, row.state, row.localAddress, row.localPort, row.remotePort, row.uid].join(
          ' ',
        );
      expect(inside.map(shape).sort()).toEqual(privileged.map(shape).sort());
      expect(new Set(inside.map((row) => row.id)).size).toBe(inside.length);
      expect(inside.find((row) => row.localPort === udp.port)).toMatchObject({ pid: own.pid, uid: NOBODY });
      const outside = reading.rows.filter((row) => row.namespace === `net of process ${foreign.pid}`);
      expect(outside).toEqual([expect.objectContaining({ localPort: far.port, pid: null, uid: 0 })]);
      // That the one called so is the one seen cannot be known: it is said that there is one more.
      const named = [blueNumber, netns.number(red)];
      const problems = reading.problems.filter(({ namespace }) => named.includes(namespace));
      expect(problems.map(({ namespace }) => mine.namespace(namespace))).toEqual([red]);
      const message =
        'Closing a socket of another network namespace needs CAP_SYS_ADMIN. Run SocketScope as root (EPERM).';
      for (const { id } of [...inside, ...outside]) {
        expect(mine.close(reading.table, rowOf(reading, id), 'reset')).toEqual({
          outcome: 'refused',
          message,
        });
      }
      mine.dispose();
    });
    await Promise.all([own.kill(), foreign.kill()]);
    netns.delete(red);
  });

  it('says once of a namespace that there is no way in', () => {
    const empty = netns.add('empty');
    const number = netns.number(empty);
    unprivileged(() => {
      const mine = new LinuxBackend();
      const { problems } = readSockets(mine);
      const [problem, ...others] = problems.filter(({ namespace }) => namespace === number);
      expect(others).toEqual([]);
      expect(mine.namespace(problem!.namespace)).toBe(empty);
      expect(problem!.error.message).toMatch(
        /EPERM\. Looking into another network namespace needs CAP_SYS_ADMIN/,
      );
      mine.dispose();
    });
    netns.delete(empty);
  });
});

describe('namespaces that come and go', () => {
  it('are read from the next reading on, and let go of with the first that lacks them', async () => {
    const name = netns.add('guest');
    const number = netns.number(name);
    const only = (namespace: number): boolean => namespace === number;
    // A pair of interfaces shows whether the kernel has done away with the namespace: one goes with the other.
    netns.run('link', 'add', 'witness', 'type', 'veth', 'peer', 'name', 'far', 'netns', name);
    const witness = (): boolean => netns.run('-o', 'link').includes('witness@');
    const actor = await stage.actor({ executable: netns.node(name) });
    await actor.do('udp', { host: '127.0.0.1' });
    const before = open();
    expect(of(read(backend, only), actor)).toEqual([expect.objectContaining({ namespace: name })]);
    expect(open()).toBe(before + 1);

    await actor.kill();
    const after = open(); // without the channel to the actor
    netns.delete(name);
    expect(witness()).toBe(true); // our diag socket keeps it alive
    const sources = backend.sources(READING);
    expect(sources.map(({ namespace }) => namespace)).not.toContain(number);
    expect(open()).toBe(after - 1);
    await eventually(() => expect(witness()).toBe(false));
    expect(backend.namespace(number)).toBe(name);
  });

  it('may end between being found and being read', () => {
    const name = netns.add('brief');
    const number = netns.number(name);
    const sources = backend.sources(READING).filter(({ namespace }) => namespace === number);
    expect(sources).toHaveLength(4);
    netns.delete(name);
    const table = new SocketTable();
    for (const source of sources) backend.readTable(source, READING, table);
    expect(table.length).toBe(0);
  });

  it('leave nothing to close', async () => {
    const name = netns.add('closing');
    const actor = await stage.actor({ executable: netns.node(name) });
    const { port } = await actor.do('listen', { host: '127.0.0.1' });
    const reading = read();
    const row = reading.rows.findIndex(({ localPort, pid }) => localPort === port && pid === actor.pid);
    await actor.kill();
    netns.delete(name);
    backend.sources(READING);
    expect(backend.close(reading.table, row, 'reset')).toEqual({ outcome: 'gone', message: null });
  });

  it('may take over a name, with sockets of their own', async () => {
    const name = netns.add('again');
    const first = await stage.actor({ executable: netns.node(name) });
    const { port } = await first.do('udp', { host: '127.0.0.1' });
    const old = of(read(), first);
    await first.kill();
    netns.delete(name);
    expect(netns.add('again')).toBe(name);
    const second = await stage.actor({ executable: netns.node(name) });
    await second.do('udp', { host: '127.0.0.1', port });
    const reading = read();
    expect(of(reading, second)).toEqual([expect.objectContaining({ namespace: name, localPort: port })]);
    expect(rowOf(reading, old[0]!.id)).toBe(-1);
    await second.kill();
    netns.delete(name);
  });

  it('leave no descriptor behind, however many', () => {
    const before = open();
    let held = 0;
    for (let turn = 0; turn < 20; turn++) {
      const name = netns.add(`turn ${turn}`);
      const number = netns.number(name);
      readSockets(backend, (namespace) => namespace === number);
      if (open() === before + 1) held++;
      netns.delete(name);
    }
    expect(held).toBe(20);
    readSockets(backend, () => false);
    expect(open()).toBe(before);
  });
});
