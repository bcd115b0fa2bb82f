import { describe, expect, it } from 'vitest';
import { ALWAYS_COUNTED } from '../../shared/abilities';
import type { Traffic } from '../../shared/abilities';
import type { FactGroup } from '../../shared/details';
import type { PortRanges } from '../../shared/portRanges';
import { PROTOCOLS, stateCode } from '../../shared/socket';
import type { ProcessInfo } from '../../shared/socket';
import { SocketTable } from '../../shared/socketTable';
import { holderDetails, readGroups, serviceGroup } from './details';

const names = {
  id: () => '',
  user: () => null,
  interface: (index: number) => `Ethernet ${index}`,
  interfaceOf: () => null,
  namespace: () => null,
};
const WATCHED: Traffic = { counted: 'watched', why: null };
const RANGES: PortRanges = {
  tables: [
    {
      ...{ protocol: 'tcp', family: 4, ephemeral: { first: 49_152, last: 65_535 } },
      excluded: [{ first: 50_000, last: 50_059, why: 'held' }],
    },
  ],
  unprivilegedFrom: null,
  problems: [],
};

function connection(port = 49_700): SocketTable {
  const table = new SocketTable();
  const row = table.append();
  const c = table.columns;
  c.protocol[row] = PROTOCOLS.indexOf('tcp');
  c.family[row] = 4;
  c.state[row] = stateCode('ESTABLISHED');
  c.localPort[row] = port;
  c.hasRemote[row] = 1;
  return table;
}

/** The facts of a group by name; null where there is no such group. */
function factsOf(groups: readonly FactGroup[], name: string): Record<string, unknown> | null {
  const found = groups.find((group) => group.name === name);
  return found === undefined
    ? null
    : Object.fromEntries(found.facts.map(({ name, value, unit }) => [name, `${value} ${unit}`]));
}

const noteOf = (groups: readonly FactGroup[], name: string): string | null | undefined =>
  groups.find((group) => group.name === name)?.note;

describe('readGroups', () => {
  it('tells state, interface and create time as far as they are known', () => {
    const table = connection();
    expect(factsOf(readGroups(names, WATCHED, null, table, 0), 'state')).toEqual({
      state: 'Established none',
    });
    table.columns.interfaceIndex[0] = 7;
    table.columns.createdAt[0] = 1_700_000_000_000;
    expect(factsOf(readGroups(names, WATCHED, null, table, 0), 'state')).toEqual({
      state: 'Established none',
      interface: 'Ethernet 7 none',
      createdAt: '1700000000000 time',
    });
  });

  it('tells what has been counted, and else why there is nothing', () => {
    const table = connection();
    expect(noteOf(readGroups(names, WATCHED, null, table, 0), 'traffic')).toMatch(/while somebody looks/);
    const never: Traffic = { counted: 'never', why: 'Counting needs an administrator.' };
    expect(noteOf(readGroups(names, never, null, table, 0), 'traffic')).toBe(never.why);
    table.columns.bytesSent[0] = 10;
    table.columns.rtt[0] = 0.5;
    const groups = readGroups(names, WATCHED, null, table, 0);
    expect(factsOf(groups, 'traffic')).toEqual({ bytesSent: '10 bytes', rtt: '0.5 ms' });
    expect(noteOf(groups, 'traffic')).toMatch(/^Counted since/);
  });

  it('has no traffic of what is not connected', () => {
    const table = connection();
    table.columns.hasRemote[0] = 0;
    expect(factsOf(readGroups(names, ALWAYS_COUNTED, null, table, 0), 'traffic')).toBeNull();
  });

  it('tells which of Windows’ ranges the local port lies in', () => {
    const place = (port: number): unknown =>
      factsOf(readGroups(names, WATCHED, RANGES, connection(port), 0), 'port');
    expect(place(80)).toBeNull();
    expect(place(49_700)).toEqual({ place: expect.stringMatching(/^in the ephemeral range 49152–65535/) });
    expect(place(50_010)).toEqual({
      place: expect.stringMatching(/^in the excluded range 50000–50059.*ephemeral/),
    });
    expect(factsOf(readGroups(names, WATCHED, null, connection(), 0), 'port')).toBeNull();
  });
});

describe('the owner', () => {
  const process: ProcessInfo = {
    ...{ pid: 800, startKey: '1', startedAt: 1, name: 'svchost.exe', path: null, unit: null },
    ...{ container: null, parentPid: 4, parentName: 'System', user: String.raw`NT AUTHORITY\SYSTEM` },
  };

  it('is told with the services that run in it', () => {
    expect(factsOf(serviceGroup(['Dnscache', 'NlaSvc']), 'services')).toEqual({
      services: 'Dnscache, NlaSvc none',
    });
    expect(serviceGroup([])).toEqual([]);
  });

  it('has a user by name, and no descriptors', () => {
    expect(holderDetails(process)).toEqual({
      ...process,
      ...{ uid: null, descriptors: [] },
    });
    expect(holderDetails({ ...process, user: null }).user).toBeNull();
  });
});
