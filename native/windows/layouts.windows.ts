/** The offsets that the decoder of tables reads at are those of the SDK's own headers, for every field of every class. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { MainTable } from '../../shared/socket';
import { sdkLayout, sdkOffset } from './fixtures/sdkLayouts';
import { NONE, ROW_LAYOUTS, TABLE_LAYOUTS } from './tableLayouts';
import type { TableClass } from './tableLayouts';

/** The SDK's names of our fields; a field that is not here does not exist in that table. */
type Members = Partial<Record<keyof (typeof ROW_LAYOUTS)['tcp4'] | 'createTime', string>>;

interface Structures {
  members: Members;
  /** Some classes name the same fields otherwise. */
  table2Members?: Members;
  classes: Partial<Record<TableClass, { row: string; table: string }>>;
}

const TCP4: Members = {
  state: 'dwState',
  localAddress: 'dwLocalAddr',
  localPort: 'dwLocalPort',
  remoteAddress: 'dwRemoteAddr',
  remotePort: 'dwRemotePort',
  pid: 'dwOwningPid',
};
const TCP6: Members = {
  localAddress: 'ucLocalAddr',
  localScope: 'dwLocalScopeId',
  localPort: 'dwLocalPort',
  remoteAddress: 'ucRemoteAddr',
  remoteScope: 'dwRemoteScopeId',
  remotePort: 'dwRemotePort',
  state: 'dwState',
  pid: 'dwOwningPid',
};

const STRUCTURES: Record<MainTable, Structures> = {
  tcp4: {
    members: TCP4,
    classes: {
      'owner-pid': { row: 'MIB_TCPROW_OWNER_PID', table: 'MIB_TCPTABLE_OWNER_PID' },
      'owner-module': { row: 'MIB_TCPROW_OWNER_MODULE', table: 'MIB_TCPTABLE_OWNER_MODULE' },
      table2: { row: 'MIB_TCPROW2', table: 'MIB_TCPTABLE2' },
    },
  },
  tcp6: {
    members: TCP6,
    table2Members: { ...TCP6, localAddress: 'LocalAddr', remoteAddress: 'RemoteAddr', state: 'State' },
    classes: {
      'owner-pid': { row: 'MIB_TCP6ROW_OWNER_PID', table: 'MIB_TCP6TABLE_OWNER_PID' },
      'owner-module': { row: 'MIB_TCP6ROW_OWNER_MODULE', table: 'MIB_TCP6TABLE_OWNER_MODULE' },
      table2: { row: 'MIB_TCP6ROW2', table: 'MIB_TCP6TABLE2' },
    },
  },
  udp4: {
    members: { localAddress: 'dwLocalAddr', localPort: 'dwLocalPort', pid: 'dwOwningPid' },
    classes: {
      'owner-pid': { row: 'MIB_UDPROW_OWNER_PID', table: 'MIB_UDPTABLE_OWNER_PID' },
      'owner-module': { row: 'MIB_UDPROW_OWNER_MODULE', table: 'MIB_UDPTABLE_OWNER_MODULE' },
    },
  },
  udp6: {
    members: {
      localAddress: 'ucLocalAddr',
      localScope: 'dwLocalScopeId',
      localPort: 'dwLocalPort',
      pid: 'dwOwningPid',
    },
    classes: {
      'owner-pid': { row: 'MIB_UDP6ROW_OWNER_PID', table: 'MIB_UDP6TABLE_OWNER_PID' },
      'owner-module': { row: 'MIB_UDP6ROW_OWNER_MODULE', table: 'MIB_UDP6TABLE_OWNER_MODULE' },
    },
  },
};

const FIELDS = [
  ...['state', 'localAddress', 'localScope', 'localPort'],
  ...['remoteAddress', 'remoteScope', 'remotePort', 'pid'],
] as const;

for (const [name, { members, table2Members, classes }] of Object.entries(STRUCTURES)) {
  const main = name as MainTable;
  describe(main, () => {
    test('has the classes that are listed here', () => {
      assert.deepEqual(Object.keys(TABLE_LAYOUTS[main]).sort(), Object.keys(classes).sort());
    });

    for (const [tableClass, { row, table }] of Object.entries(classes)) {
      test(`${row} is laid out as the SDK says`, () => {
        const ours = TABLE_LAYOUTS[main][tableClass as TableClass]!;
        const names = (tableClass === 'table2' ? table2Members : undefined) ?? members;
        for (const field of FIELDS) {
          const member = names[field];
          const expected = member === undefined ? NONE : sdkOffset(row, member);
          assert.equal(ROW_LAYOUTS[main][field], expected, field);
        }
        assert.deepEqual(
          { ...ours },
          {
            firstRow: sdkOffset(table, 'table'),
            rowSize: sdkLayout(row).size,
            createTime: sdkLayout(row).fields['liCreateTimestamp'] ?? NONE,
          },
        );
      });
    }
  });
}
