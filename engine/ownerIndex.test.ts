import { describe, expect, it } from 'vitest';
import type { OwnerLookup } from '../native';
import { RowMatcher } from '../shared/diff';
import type { RowMatch } from '../shared/diff';
import { IdentityIndex } from '../shared/identityIndex';
import { OWNERS, PROTOCOLS, stateCode } from '../shared/socket';
import type { ProcessInfo, SocketState } from '../shared/socket';
import { NOBODY, SocketTable, UNKNOWN } from '../shared/socketTable';
import { joinOwners } from './ownerIndex';

interface Row {
  id: [high: number, low: number];
  state?: SocketState | null;
  inode?: number;
  uid?: number;
  /** What the OS's own table says (Windows) */
  tablePid?: number;
  /** In the reading before: who was found to hold it. */
  process?: ProcessInfo;
}

const nginx: ProcessInfo = {
  ...{ pid: 812, startKey: '5', startedAt: 5, name: 'nginx', path: '/usr/sbin/nginx' },
  ...{ unit: 'nginx.service', container: null, parentPid: 1, parentName: 'systemd' },
};
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
    table.holders[row] = table.lastHolders[row] = process === undefined ? NOBODY : [process];
  }
  return table;
}

function matchOf(before: SocketTable, after: SocketTable): RowMatch {
  const index = new IdentityIndex();
  index.build(before);
  return new RowMatcher().match(before, index, after);
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
  const lookup: OwnerLookup = {
    complete,
    holdersOf: (row) => {
      const holder = holders[table.columns.inode[row]!];
      return holder === undefined ? NOBODY : [holder];
    },
  };
  const hidden = joinOwners(table, lookup, past, matchOf(past, table));
  return {
    owners: rows.map((_, row) => OWNERS[table.columns.owner[row]!]),
    pids: rows.map((_, row) => table.holders[row]![0]?.pid),
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
    const before: Row[] = [{ id: [0, 1], inode: 7, uid: 0, process: nginx }];
    const joined = join([{ id: [0, 1], state: 'TIME_WAIT' }], { complete: false, before });
    expect(joined).toMatchObject({ owners: ['inherited'], pids: [812], hidden: 0 });
  });

  it('names nobody where somebody else may hold the socket by now, whoever held it before', () => {
    // It has a file, and its last holder is not found to hold it: it may have been handed over.
    const row: Row = { id: [0, 1], inode: 7, uid: 0 };
    const before: Row[] = [{ ...row, process: nginx }];
    expect(join([row], { before })).toMatchObject({ owners: ['unfound'], pids: [undefined], hidden: 0 });
    expect(join([row], { complete: false, before })).toMatchObject({
      owners: ['hidden'],
      pids: [undefined],
      hidden: 1,
    });
  });

  it('remembers the last holder through readings in which it is not found', () => {
    const first = tableOf([{ id: [0, 1], inode: 7, process: nginx }]);
    const nobody: OwnerLookup = { complete: true, holdersOf: () => NOBODY };
    const second = tableOf([{ id: [0, 1], inode: 7 }]);
    joinOwners(second, nobody, first, matchOf(first, second));
    const third = tableOf([{ id: [0, 1], state: 'TIME_WAIT' }]);
    joinOwners(third, nobody, second, matchOf(second, third));
    expect([second.ownerOf(0), third.ownerOf(0)]).toEqual(['unfound', 'inherited']);
    expect(third.holders[0]).toEqual([nginx]);
  });

  it('names all holders, and inherits from all of them, as one list', () => {
    const holders = [nginx, sshd];
    const first = tableOf([{ id: [0, 1], inode: 7 }]);
    const lookup: OwnerLookup = { complete: true, holdersOf: () => holders };
    joinOwners(first, lookup, new SocketTable(), matchOf(new SocketTable(), first));
    expect(first.holders[0]).toBe(holders); // compared by reference
    const second = tableOf([{ id: [0, 1], state: 'TIME_WAIT' }]);
    joinOwners(second, { ...lookup, holdersOf: () => NOBODY }, first, matchOf(first, second));
    expect([second.ownerOf(0), second.holders[0]]).toEqual(['inherited', holders]);
  });

  it('shows no holder of earlier for a row of a table that could not be read, once nobody holds it', () => {
    const before = tableOf([{ id: [0, 1], inode: 7, process: nginx }]);
    const kept = new SocketTable();
    kept.appendFrom(before, 0); // as TableReader keeps it, holders and all
    const nobody: OwnerLookup = { complete: true, holdersOf: () => NOBODY };
    joinOwners(kept, nobody, before, matchOf(before, kept));
    expect([kept.ownerOf(0), kept.holders[0]]).toEqual(['unfound', []]);
    expect(kept.lastHolders[0]).toEqual([nginx]);
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

  it('gives the kernel’s own end of netlink no owner, and hides none', () => {
    const table = tableOf([
      { id: [0, 1], inode: 7 },
      { id: [0, 2], inode: 8 },
    ]);
    table.columns.protocol.fill(PROTOCOLS.indexOf('netlink'), 0, 2);
    table.columns.localPort[1] = 4711;
    const lookup: OwnerLookup = { complete: false, holdersOf: () => NOBODY };
    expect(joinOwners(table, lookup, new SocketTable(), matchOf(new SocketTable(), table))).toBe(1);
    expect([table.ownerOf(0), table.ownerOf(1)]).toEqual(['none', 'hidden']);
  });

  it('forgets what an earlier use of the table left behind', () => {
    const table = tableOf([{ id: [0, 1], state: 'TIME_WAIT', process: nginx }]);
    table.columns.owner[0] = OWNERS.indexOf('hidden');
    const lookup: OwnerLookup = { complete: true, holdersOf: () => NOBODY };
    joinOwners(table, lookup, new SocketTable(), matchOf(new SocketTable(), table));
    expect([table.ownerOf(0), table.holders[0]]).toEqual(['none', NOBODY]);
  });
});
