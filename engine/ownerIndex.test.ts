import { describe, expect, it } from 'vitest';
import type { OwnerLookup } from '../native';
import { IdentityIndex } from '../shared/identityIndex';
import { OWNERS, stateCode } from '../shared/socket';
import type { ProcessInfo, SocketState } from '../shared/socket';
import { SocketTable, UNKNOWN } from '../shared/socketTable';
import { joinOwners } from './ownerIndex';

interface Row {
  id: [high: number, low: number];
  state?: SocketState | null;
  inode?: number;
  uid?: number;
  /** What the OS's own table says (Windows) */
  tablePid?: number;
  process?: ProcessInfo;
}

const nginx: ProcessInfo = { pid: 812, startKey: '5', startedAt: 5, name: 'nginx', path: '/usr/sbin/nginx' };
const sshd: ProcessInfo = { ...nginx, pid: 22, name: 'sshd' };

function tableOf(rows: readonly Row[]): SocketTable {
  const table = new SocketTable();
  for (const { id, state = 'ESTABLISHED', inode = 0, uid = UNKNOWN, tablePid = UNKNOWN, process } of rows) {
    const row = table.append();
    const c = table.columns;
    [c.idHigh[row], c.idLow[row]] = id;
    c.state[row] = stateCode(state);
    c.inode[row] = inode;
    c.uid[row] = uid;
    c.tablePid[row] = tablePid;
    table.processes[row] = process ?? null;
  }
  return table;
}

/** Joins one reading, after another one, where these inodes have these holders. */
function join(
  rows: readonly Row[],
  {
    holders = {},
    complete = true,
    before = [],
  }: { holders?: Record<number, ProcessInfo>; complete?: boolean; before?: Row[] } = {},
): { owners: (string | undefined)[]; pids: (number | undefined)[]; uids: number[]; hidden: number } {
  const table = tableOf(rows);
  const past = tableOf(before);
  const index = new IdentityIndex();
  index.build(past);
  const lookup: OwnerLookup = {
    complete,
    processOf: (each, row) => holders[each.columns.inode[row]!] ?? null,
  };
  const hidden = joinOwners(table, lookup, past, index);
  return {
    owners: rows.map((_, row) => OWNERS[table.columns.owner[row]!]),
    pids: rows.map((_, row) => table.processes[row]?.pid),
    uids: rows.map((_, row) => table.columns.uid[row]!),
    hidden,
  };
}

describe('joinOwners', () => {
  it('names the process that holds the socket now, whoever held it before', () => {
    const row: Row = { id: [0, 1], inode: 7, uid: 33 };
    const joined = join([row], { holders: { 7: sshd }, before: [{ ...row, process: nginx }] });
    expect(joined).toEqual({ owners: ['known'], pids: [22], uids: [33], hidden: 0 });
  });

  it('keeps the last owner of the same id, marked as inherited, and the user where the OS names none', () => {
    const before: Row[] = [{ id: [3, 1], inode: 7, uid: 33, process: nginx }];
    expect(join([{ id: [3, 1], state: 'TIME_WAIT' }], { before })).toEqual({
      owners: ['inherited'],
      pids: [812],
      uids: [33],
      hidden: 0,
    });
    // The OS still names a user: that one counts.
    expect(join([{ id: [3, 1], state: 'FIN_WAIT_1', uid: 34 }], { before }).uids).toEqual([34]);
  });

  it('does not keep the owner of another id, however alike', () => {
    const before: Row[] = [{ id: [3, 1], inode: 7, uid: 33, process: nginx }];
    const others: Row[] = [
      { id: [1, 3], state: 'TIME_WAIT' },
      { id: [0, 1], state: 'TIME_WAIT' },
      { id: [3, 2], state: 'TIME_WAIT' },
    ];
    expect(join(others, { before })).toEqual({
      owners: ['none', 'none', 'none'],
      pids: [undefined, undefined, undefined],
      uids: [UNKNOWN, UNKNOWN, UNKNOWN],
      hidden: 0,
    });
  });

  it('tells a hidden holder from one that was looked for everywhere', () => {
    const rows: Row[] = [
      { id: [0, 1], inode: 7, uid: 0 },
      { id: [0, 2], state: 'TIME_WAIT' },
      { id: [0, 3], tablePid: 4 },
    ];
    expect(join(rows, { complete: false })).toMatchObject({
      owners: ['hidden', 'none', 'hidden'],
      hidden: 2,
    });
    expect(join(rows, { complete: true })).toMatchObject({
      owners: ['unfound', 'none', 'unfound'],
      hidden: 0,
    });
  });

  it('does not count an inherited owner as hidden', () => {
    const row: Row = { id: [0, 1], inode: 7, uid: 0 };
    const joined = join([row], { complete: false, before: [{ ...row, process: nginx }] });
    expect(joined).toMatchObject({ owners: ['inherited'], hidden: 0 });
  });

  it.each<[SocketState | null, number, string]>([
    ['ESTABLISHED', 0, 'unaccepted'],
    ['ESTABLISHED', 1000, 'unaccepted'],
    ['CLOSE_WAIT', 0, 'unaccepted'], // the other side has closed it already
    ['ESTABLISHED', UNKNOWN, 'none'],
    ['TIME_WAIT', UNKNOWN, 'none'],
    ['FIN_WAIT_1', 1000, 'none'], // closed here
    ['FIN_WAIT_2', UNKNOWN, 'none'],
    ['LAST_ACK', 1000, 'none'],
    ['CLOSING', 1000, 'none'],
    ['SYN_RECV', UNKNOWN, 'none'],
    [null, 0, 'none'], // the kernel's own UDP
  ])('takes %s without inode, of user %i, for %s', (state, uid, owner) => {
    expect(join([{ id: [0, 1], state, uid }])).toMatchObject({
      owners: [owner],
      pids: [undefined],
      hidden: 0,
    });
  });

  it('forgets what an earlier use of the table left behind', () => {
    const table = tableOf([{ id: [0, 1], state: 'TIME_WAIT', process: nginx }]);
    table.columns.owner[0] = OWNERS.indexOf('hidden');
    const lookup: OwnerLookup = { complete: true, processOf: () => null };
    joinOwners(table, lookup, new SocketTable(), new IdentityIndex());
    expect([table.ownerOf(0), table.processes[0]]).toEqual(['none', null]);
  });
});
