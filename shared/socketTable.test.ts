import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAddress } from './address';
import { SVCHOST } from './fixtures/rows';
import { OWNERS, PROTOCOLS, SOCKET_TYPES, stateCode } from './socket';
import type { ProcessInfo } from './socket';
import { NOBODY, SocketTable, UNKNOWN } from './socketTable';
import type { RowNames } from './socketTable';

const names: RowNames = {
  id: (high, low, namespace) => `${namespace}.${high}:${low}`,
  user: (uid) => (uid === 0 ? 'root' : null),
  interface: (index, namespace) => `if${index}${namespace === 0 ? '' : ` of ${namespace}`}`,
  interfaceOf: (bytes, offset, family) => (family === 4 && bytes[offset] === 10 ? 'eth0' : null),
  namespace: (namespace) => `net${namespace}`,
};

function process(pid: number): ProcessInfo {
  return {
    ...{ pid, startKey: `${pid}`, startedAt: 1000, name: `p${pid}`, path: `/bin/p${pid}` },
    ...{ unit: `p${pid}.service`, container: `docker ${pid}` },
    ...{ parentPid: 1, parentName: `parent of p${pid}` },
  };
}

/** Fills every column, the addresses, names and holders of a row with values made from `seed` (1–200). */
function fill(table: SocketTable, row: number, seed: number): void {
  for (const column of Object.values(table.columns)) column[row] = seed;
  table.addresses.fill(seed, 32 * row, 32 * row + 32);
  table.localNames[row] = `/run/${seed}`;
  table.remoteNames[row] = `@${seed}`;
  table.holders[row] = [process(seed), process(seed + 1)];
  table.lastHolders[row] = [process(seed + 2)];
}

/** Everything that is stored of a row. */
function stored(table: SocketTable, row: number): unknown {
  return {
    columns: Object.values(table.columns).map((column) => column[row]),
    addresses: [...table.addresses.subarray(32 * row, 32 * row + 32)],
    names: [table.localNames[row], table.remoteNames[row]],
    holders: [table.holders[row], table.lastHolders[row]],
  };
}

function tableOf(seeds: readonly number[], capacity = 4): SocketTable {
  const table = new SocketTable(capacity);
  for (const seed of seeds) fill(table, table.append(), seed);
  return table;
}

/** Room for every row, and nothing but blanks behind the last one: the next row to be appended is one of those. */
function expectTidy(table: SocketTable): void {
  const { length, capacity } = table;
  const blank = new SocketTable(capacity);
  for (const [name, column] of Object.entries(table.columns)) {
    expect(column).toHaveLength(capacity);
    expect(column.subarray(length)).toEqual(
      blank.columns[name as keyof SocketTable['columns']].subarray(length),
    );
  }
  expect(table.addresses).toHaveLength(32 * capacity);
  expect(table.addresses.subarray(32 * length).every((byte) => byte === 0)).toBe(true);
  expect(table.addressWords.buffer).toBe(table.addresses.buffer);
  for (const names of [table.localNames, table.remoteNames]) {
    expect(names.length).toBeGreaterThanOrEqual(length);
    expect(names.slice(length).every((name) => name === null)).toBe(true);
  }
  for (const holders of [table.holders, table.lastHolders]) {
    expect(holders.length).toBeGreaterThanOrEqual(length);
    expect(holders.slice(length).every((list) => list === NOBODY)).toBe(true);
  }
}

/** The seeds that rows were filled from, once it is certain that each row is still of one piece. */
function seedsOf(table: SocketTable): number[] {
  expectTidy(table);
  return Array.from({ length: table.length }, (_, row) => {
    const { pid } = table.holders[row]![0]!;
    expect(stored(table, row)).toEqual(stored(tableOf([pid]), 0));
    return pid;
  });
}

const seeds = fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 40 });

describe('SocketTable', () => {
  it.each([0, 1, 4])('grows beyond a capacity of %i and loses nothing', (capacity) => {
    const all = Array.from({ length: 100 }, (_, i) => i + 1);
    const table = tableOf(all, capacity);
    expect(seedsOf(table)).toEqual(all);
    expect(table.capacity).toBeGreaterThanOrEqual(100);
  });

  it.each([
    ['clear', (table: SocketTable) => table.clear()],
    ['truncate', (table: SocketTable) => table.truncate(1)],
  ])('a row that is used again after %s() knows nothing of its past', (_name, forget) => {
    const table = tableOf([7, 8, 9]);
    forget(table);
    const kept = table.length;
    const row = table.append();
    expect(row).toBe(kept);
    const fresh = new SocketTable(4);
    expect(stored(table, row)).toEqual(stored(fresh, fresh.append()));
    expectTidy(table);
  });

  it('truncate() keeps the rows before', () => {
    const table = tableOf([7, 8, 9]);
    table.truncate(2);
    expect(seedsOf(table)).toEqual([7, 8]);
  });

  it('appendFrom() copies a whole row, and leaves its source alone', () => {
    const source = tableOf([5, 6]);
    const target = tableOf([1, 2, 3, 4]);
    expect(target.appendFrom(source, 1)).toBe(4);
    expect(seedsOf(target)).toEqual([1, 2, 3, 4, 6]);
    fill(target, 4, 99);
    expect(seedsOf(source)).toEqual([5, 6]);
  });

  it('drop() leaves exactly the other rows', () => {
    const cases = seeds.chain((all) => fc.tuple(fc.constant(all), fc.subarray(all.map((_, row) => row))));
    fc.assert(
      fc.property(cases, fc.func(fc.integer()), ([all, rows], order) => {
        const table = tableOf(all);
        table.drop(rows.toSorted((a, b) => order(a) - order(b)));
        const others = all.filter((_, row) => !rows.includes(row));
        const upwards = (a: number, b: number): number => a - b;
        expect(seedsOf(table).toSorted(upwards)).toEqual(others.toSorted(upwards));
      }),
    );
  });
});

describe('a table, whatever is done with it,', () => {
  type Step =
    | { do: 'append'; seed: number }
    | { do: 'appendFrom'; row: number }
    | { do: 'truncate'; length: number }
    | { do: 'drop'; rows: number[] };
  const steps = fc.array(
    fc.oneof<fc.WeightedArbitrary<Step>[]>(
      {
        weight: 4,
        arbitrary: fc.record({ do: fc.constant('append'), seed: fc.integer({ min: 1, max: 200 }) }),
      },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('appendFrom'), row: fc.nat(30) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('truncate'), length: fc.nat(30) }) },
      {
        weight: 1,
        arbitrary: fc.record({ do: fc.constant('drop'), rows: fc.uniqueArray(fc.nat(30), { maxLength: 5 }) }),
      },
    ),
    { maxLength: 60 },
  );

  it('holds the rows that an array of rows would hold, each of one piece', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3 }), steps, (capacity, list) => {
        const table = new SocketTable(capacity);
        let model: number[] = [];
        for (const step of list) {
          if (step.do === 'append') {
            fill(table, table.append(), step.seed);
            model.push(step.seed);
          } else if (step.do === 'appendFrom') {
            if (step.row >= model.length) continue;
            table.appendFrom(table, step.row); // from itself, which may have to grow for it
            model.push(model[step.row]!);
          } else if (step.do === 'truncate') {
            if (step.length > model.length) continue;
            table.truncate(step.length);
            model = model.slice(0, step.length);
          } else {
            const rows = step.rows.filter((row) => row < model.length);
            table.drop(rows);
            for (const row of rows.toSorted((a, b) => b - a)) {
              const last = model.pop()!;
              if (row < model.length) model[row] = last;
            }
          }
        }
        expect(seedsOf(table)).toEqual(model);
      }),
    );
  });

  it('keeps ports, namespaces and users of 32 bits', () => {
    const table = new SocketTable(1);
    for (const value of [0, 0xfffffffe, UNKNOWN]) {
      const row = table.append();
      const c = table.columns;
      c.namespace[row] = c.localPort[row] = c.remotePort[row] = c.uid[row] = c.inode[row] = value;
      const copy = table.appendFrom(table, row);
      for (const name of ['namespace', 'localPort', 'remotePort', 'uid', 'inode'] as const)
        expect(table.columns[name][copy]).toBe(value);
    }
  });
});

describe('row()', () => {
  it('says null of everything that is not known', () => {
    const table = new SocketTable();
    const row = table.append();
    table.columns.family[row] = 4;
    table.columns.firstSeenAt[row] = 5;
    expect(table.row(row, names)).toEqual({
      id: '0.0:0',
      protocol: 'tcp',
      family: 4,
      type: null,
      state: null,
      localAddress: '0.0.0.0',
      localPort: 0,
      remoteAddress: null,
      remotePort: null,
      dualStack: null,
      namespace: null,
      pid: null,
      processName: null,
      processPath: null,
      processStartedAt: null,
      unit: null,
      container: null,
      user: null,
      uid: null,
      owner: 'known',
      holders: 0,
      inode: null,
      createdAt: null,
      firstSeenAt: 5,
      destroyedAt: null,
      bytesSent: null,
      bytesReceived: null,
      receiveQueue: null,
      sendQueue: null,
      rtt: null,
      retransmits: null,
      segmentsSent: null,
      segmentsReceived: null,
      direction: null,
      interface: null,
      parentPid: null,
      parentName: null,
      commandLine: null,
      program: null,
    });
  });

  it('says everything that is known; a zero is a known number', () => {
    const table = new SocketTable();
    const row = table.append();
    const c = table.columns;
    [c.idHigh[row], c.idLow[row], c.namespace[row]] = [0xffffffff, 0xfffffffe, 4026531840];
    [c.type[row], c.dualStack[row]] = [SOCKET_TYPES.indexOf('dgram'), 2];
    [c.protocol[row], c.family[row], c.state[row]] = [1, 6, stateCode('ESTABLISHED')];
    [c.localPort[row], c.remotePort[row], c.hasRemote[row]] = [53, 65535, 1];
    table.addresses.set(parseAddress('::1')!, 32 * row);
    table.addresses.set(parseAddress('2001:db8::2')!, 32 * row + 16);
    [c.uid[row], c.inode[row], c.owner[row]] = [0, 12, OWNERS.indexOf('inherited')];
    [c.bytesSent[row], c.bytesReceived[row], c.receiveQueue[row], c.sendQueue[row]] = [0, 1, 2, 3];
    [c.createdAt[row], c.firstSeenAt[row], c.destroyedAt[row]] = [4, 5, 6];
    [c.rtt[row], c.retransmits[row], c.direction[row], c.interfaceIndex[row]] = [0.25, 0, 3, 3];
    [c.segmentsSent[row], c.segmentsReceived[row]] = [0, 8];
    table.holders[row] = [{ ...process(9), program: SVCHOST }, process(8)];
    table.lastHolders[row] = [process(7)];
    expect(table.tableOf(row)).toBe('udp6');
    expect(table.row(row, names, ({ name }) => `${name} --verbose`)).toEqual({
      id: '4026531840.4294967295:4294967294',
      protocol: 'udp',
      family: 6,
      type: 'dgram',
      state: 'ESTABLISHED',
      localAddress: '::1',
      localPort: 53,
      remoteAddress: '2001:db8::2',
      remotePort: 65535,
      dualStack: true,
      namespace: 'net4026531840',
      pid: 9,
      processName: 'p9',
      processPath: '/bin/p9',
      processStartedAt: 1000,
      unit: 'p9.service',
      container: 'docker 9',
      user: 'root',
      uid: 0,
      owner: 'inherited',
      holders: 2,
      inode: 12,
      createdAt: 4,
      firstSeenAt: 5,
      destroyedAt: 6,
      bytesSent: 0,
      bytesReceived: 1,
      receiveQueue: 2,
      sendQueue: 3,
      rtt: 0.25,
      retransmits: 0,
      segmentsSent: 0,
      segmentsReceived: 8,
      direction: 'outbound',
      interface: 'if3 of 4026531840',
      parentPid: 1,
      parentName: 'parent of p9',
      commandLine: 'p9 --verbose',
      program: SVCHOST,
    });
  });

  it('tells a command line only to who brings the way to it', () => {
    const table = new SocketTable();
    const [held, free] = [table.append(), table.append()];
    table.holders[held] = [process(9), process(8)];
    const asked: number[] = [];
    const lines = ({ pid }: ProcessInfo): string => `line ${asked.push(pid)}`;
    expect([held, free].map((row) => table.row(row, names).commandLine)).toEqual([null, null]);
    expect([held, free].map((row) => table.row(row, names, lines).commandLine)).toEqual(['line 1', null]);
    expect(asked).toEqual([9]);
  });

  it.each([
    ['10.0.0.5', 0, 'eth0'],
    ['10.0.0.5', 3, 'if3'],
    ['192.0.2.1', 0, null],
  ])('%s, bound to interface %i, is on %s', (address, index, name) => {
    const table = new SocketTable();
    const row = table.append();
    table.columns.family[row] = 4;
    table.columns.interfaceIndex[row] = index;
    table.addresses.set(parseAddress(address)!, 32 * row);
    expect(table.row(row, names).interface).toBe(name);
  });

  it('takes the PID from the OS table where no process was found, and from the process where one was', () => {
    const table = new SocketTable();
    const row = table.append();
    table.columns.tablePid[row] = 4;
    expect(table.row(row, names).pid).toBe(4);
    table.holders[row] = [process(9)];
    expect(table.row(row, names).pid).toBe(9);
  });

  it.each([
    ['fe80::1', 'fe80::1%if7'],
    ['febf::1', 'febf::1%if7'],
    ['fec0::1', 'fec0::1'],
    ['2001:db8::1', '2001:db8::1'],
    ['ff02::1', 'ff02::1'],
  ])('%s on interface 7 is written %s: only link-local addresses need a zone', (address, expected) => {
    const table = new SocketTable();
    const row = table.append();
    table.columns.family[row] = 6;
    table.columns.interfaceIndex[row] = 7;
    table.addresses.set(parseAddress(address)!, 32 * row);
    expect(table.localAddress(row, names)).toBe(expected);
  });

  it('writes no zone where the interface is not known', () => {
    const table = new SocketTable();
    const row = table.append();
    table.columns.family[row] = 6;
    table.addresses.set(parseAddress('fe80::1')!, 32 * row);
    expect(table.localAddress(row, names)).toBe('fe80::1');
  });

  it('asks for the name of an interface in the namespace of its socket', () => {
    const table = new SocketTable();
    const row = table.append();
    [table.columns.family[row], table.columns.interfaceIndex[row]] = [6, 7];
    table.columns.namespace[row] = 4026532281;
    table.addresses.set(parseAddress('fe80::1')!, 32 * row);
    expect(table.localAddress(row, names)).toBe('fe80::1%if7 of 4026532281');
  });

  it.each([
    [0, null],
    [1, false],
    [2, true],
  ])('dual-stack %i is %s', (code, said) => {
    const table = new SocketTable();
    table.columns.dualStack[table.append()] = code;
    expect(table.row(0, names).dualStack).toBe(said);
  });

  it('writes names where the endpoints are no numbers; a socket without peer has no remote one', () => {
    const table = new SocketTable();
    const row = table.append();
    const c = table.columns;
    c.protocol[row] = PROTOCOLS.indexOf('unix');
    c.type[row] = SOCKET_TYPES.indexOf('seqpacket');
    c.localPort[row] = c.remotePort[row] = UNKNOWN;
    table.localNames[row] = '@/tmp/.X11-unix/X0';
    table.remoteNames[row] = 'not there';
    expect(table.tableOf(row)).toBe('unix');
    expect(table.row(row, names)).toMatchObject({
      ...{ protocol: 'unix', family: null, type: 'seqpacket', localAddress: '@/tmp/.X11-unix/X0' },
      ...{ localPort: null, remoteAddress: null, remotePort: null },
    });
    c.hasRemote[row] = 1;
    expect(table.row(row, names)).toMatchObject({ remoteAddress: 'not there', remotePort: null });
    // Unnamed
    table.localNames[row] = null;
    expect(table.row(row, names).localAddress).toBe('');
  });
});
