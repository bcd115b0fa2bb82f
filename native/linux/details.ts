/** Everything the kernel and /proc tell of one socket: an inet_diag or unix_diag GET, the live options, and its holders. */
import { fact, group } from '../../shared/details';
import type { FactGroup, HolderDetails, SocketDetails } from '../../shared/details';
import { PROTOCOLS, SOCKET_STATES, SOCKET_TYPES, stateCode, stateTitle } from '../../shared/socket';
import type { Holders, RowNames, SocketTable } from '../../shared/socketTable';
import { readOptions } from './borrowedSocket';
import type { BorrowFailure } from './borrowedSocket';
import type { CgroupPaths } from './cgroupPaths';
import { parseCgroups } from './cgroups';
import { ENOENT, errnoName } from './errno';
import { descriptorsOf } from './fdDirectory';
import { isDumpable, traceRefusal, yamaScope } from './traceRefusal';
import { EXTENSIONS, readInetFacts } from './inetDetails';
import type { InetFacts } from './inetDetails';
import { InetTable } from './inetDiag';
import { NativeError } from '../nativeError';
import { NamespaceGone } from './namespaces';
import { NLMSG_HEADER } from './netlink';
import type { ReplyBuffer } from './netlink';
import type { ProcessReader, Story } from './processes';
import { hasCookie } from './procNet';
import type { SockDiag } from './sockDiag';
import { optionGroups, optionsOf } from './socketOptions';
import { readUnixGroups, unixRequest } from './unixDetails';

/** Of so many holders the descriptors are looked up; a server with more has forked them all alike. */
const MAX_HOLDERS = 64;
/** So many are asked for the socket's options, one after the other, until one lets us. */
const MAX_ASKED = 4;
const LISTEN = stateCode('LISTEN');
const TIME_WAIT = stateCode('TIME_WAIT');
/** inet_diag_msg.idiag_cookie lies so far into the message: struct inet_diag_sockid at 4, cookie at 40 in it. */
const COOKIE_AT = 44;
const NOT_ASKED =
  'Read from /proc/net, which tells no more: this kernel cannot be asked for this socket, or not from here.';
/** asm-generic/errno.h: another cookie, in the words of unix_diag and udp_diag */
const ESTALE = 116;

/** What the details are read with. */
export interface DetailsContext {
  names: RowNames;
  processes: ProcessReader;
  cgroups: CgroupPaths;
  /** Of the row's namespace; null where the kernel cannot be asked in it. */
  diag: SockDiag | null;
  /** How the row's table is asked, where it is one of inet_diag's; else null. */
  inet: InetTable | null;
  /** Whether this process may look into every other (CAP_SYS_PTRACE). */
  mayTrace: boolean;
}

/**
 * Reads the socket of this row anew; null where it has ended. Where the kernel's answer cannot be had or read, the row's
 * own facts come with a note that says why.
 * @throws NamespaceGone where its network namespace has ended
 */
export function readDetails(context: DetailsContext, table: SocketTable, row: number): SocketDetails | null {
  try {
    return askKernel(context, table, row);
  } catch (error) {
    if (!(error instanceof NativeError) || error instanceof NamespaceGone) throw error;
    const holders = readHolders(context, table.holders[row]!, table.columns.inode[row]!);
    return {
      groups: rowGroups(context, table, row, error.message),
      holders: holders.map(({ details }) => details),
    };
  }
}

function askKernel(context: DetailsContext, table: SocketTable, row: number): SocketDetails | null {
  const { inet, diag } = context;
  const { idHigh, inode, protocol } = table.columns;
  const askable = hasCookie(idHigh[row]!) && diag !== null;
  const holders = readHolders(context, table.holders[row]!, inode[row]!);

  if (askable && inet !== null) {
    const facts = getInet(context, diag, inet, table, row);
    if (facts === null) return null;
    return {
      groups: [
        ...facts.groups,
        ...cgroupGroup(context, facts.cgroup, holders),
        ...liveOptions(context, table, row, holders, facts),
      ],
      holders: holders.map(({ details }) => details),
    };
  }
  const unix = PROTOCOLS[protocol[row]!] === 'unix' && inode[row] !== 0;
  const own =
    askable && unix ? getUnix(diag, table, row) : rowGroups(context, table, row, askable ? null : NOT_ASKED);
  if (own === null) return null;
  return {
    groups: [...own, ...(askable ? liveOptions(context, table, row, holders, null) : [])],
    holders: holders.map(({ details }) => details),
  };
}

/** Asks by identity. Where the kernel looks up another socket with these endpoints (SO_REUSEPORT; any raw one), by dump. */
function getInet(
  { names }: DetailsContext,
  diag: SockDiag,
  inet: InetTable,
  table: SocketTable,
  row: number,
): InetFacts | null {
  const { idHigh, idLow, namespace } = table.columns;
  let facts: InetFacts | null = null;
  const visit = (reply: ReplyBuffer, offset: number, end: number): void => {
    const word = (offset + COOKIE_AT) >> 2;
    const short = end - offset < COOKIE_AT + 8;
    // A message that is too short is for the decoder to refuse.
    if (!short && (reply.words[word] !== idLow[row] || reply.words[word + 1] !== idHigh[row])) return;
    facts = readInetFacts(inet, reply, offset, end, (index) => names.interface(index, namespace[row]!));
  };
  const code = diag.get(inet, table, row, EXTENSIONS, visit);
  // For a raw socket, the first one that fits is answered with, whatever its cookie.
  if ((code === 0 || code === ENOENT || code === ESTALE) && facts === null) {
    diag.ask((seq) => {
      const request = inet.dumpRequest(seq, true);
      request[NLMSG_HEADER + 2] = EXTENSIONS; // idiag_ext
      return request;
    }, visit);
  }
  return facts;
}

function getUnix(diag: SockDiag, table: SocketTable, row: number): FactGroup[] | null {
  let groups: FactGroup[] | null = null;
  const code = diag.ask(
    (seq) => unixRequest(table, row, seq),
    (reply, offset, end) => {
      groups = readUnixGroups(reply, offset, end);
    },
  );
  return code === ENOENT || code === ESTALE ? null : (groups ?? refusedGroup(code));
}

function refusedGroup(code: number): FactGroup[] {
  return group('state', 'State', [], `The kernel refused to tell more of this socket: ${errnoName(code)}.`);
}

/** What the row has: all there is of a family that cannot be asked for one socket, or of a row from /proc. */
function rowGroups(
  { names }: DetailsContext,
  table: SocketTable,
  row: number,
  note: string | null,
): FactGroup[] {
  const c = table.columns;
  const state = c.state[row]!;
  const queue = (value: number): number | null => (Number.isNaN(value) ? null : value);
  const index = c.interfaceIndex[row]!;
  return [
    ...group(
      'state',
      'State',
      [
        ...fact('state', 'State', state === 0 ? null : stateTitle(SOCKET_STATES[state - 1]!)),
        ...fact('type', 'Type', SOCKET_TYPES[c.type[row]!] ?? null),
        ...fact(
          'interface',
          'Bound to interface',
          index === 0 ? null : names.interface(index, c.namespace[row]!),
        ),
        ...fact('inode', 'Inode', c.inode[row]! || null),
      ],
      note,
    ),
    ...group('queues', 'Queues', [
      ...fact('receiveQueue', 'Receive queue', queue(c.receiveQueue[row]!), queueUnit(state)),
      ...fact('sendQueue', 'Send queue', queue(c.sendQueue[row]!), queueUnit(state)),
    ]),
  ];
}

function queueUnit(state: number): 'count' | 'bytes' {
  return state === LISTEN ? 'count' : 'bytes';
}

interface Holding {
  details: HolderDetails;
  story: Story;
  /** Why its descriptors are not known. */
  failure: BorrowFailure | null;
}

/** In the words of those that borrow. */
const FAILURES = { ended: 'gone', limit: 'limit', unreadable: 'refused' } as const;

function readHolders({ names, processes }: DetailsContext, holders: Holders, inode: number): Holding[] {
  return holders.flatMap((process, i) => {
    const story = processes.story(process);
    if (story === null) return []; // ended since
    const { uid } = story;
    const descriptors = i < MAX_HOLDERS ? descriptorsOf(process.pid, inode) : [];
    const failure = typeof descriptors === 'string' ? FAILURES[descriptors] : null;
    return [
      {
        story,
        failure,
        details: {
          ...process,
          parentPid: story.parentPid,
          uid,
          user: uid === null ? null : names.user(uid),
          descriptors: typeof descriptors === 'string' ? [] : descriptors,
        },
      },
    ];
  });
}

function cgroupGroup(
  { cgroups }: DetailsContext,
  id: bigint | null,
  holders: readonly Holding[],
): FactGroup[] {
  if (id === null) return [];
  const path = cgroups.pathOf(id, holders[0]?.story.cgroup ?? null);
  const { unit, container } = parseCgroups(path === null ? '' : `0::${path}`);
  return group('cgroup', 'Control group of its creator', [
    ...fact('cgroupId', 'Id', Number(id)),
    ...fact('cgroupPath', 'Path', path),
    ...fact('unit', 'Unit', unit),
    ...fact('container', 'Container', container),
  ]);
}

/** The options as the socket has them now, through a duplicate of a holder's descriptor. */
function liveOptions(
  { processes, mayTrace }: DetailsContext,
  table: SocketTable,
  row: number,
  holders: readonly Holding[],
  facts: InetFacts | null,
): FactGroup[] {
  const { protocol, idHigh, idLow, inode } = table.columns;
  const state = facts?.fresh.columns.state[0] ?? table.columns.state[row]!;
  if (state === TIME_WAIT) return []; // nothing but a timer is left of it
  const ip = facts?.ip ?? [];
  const told = new Set(
    [...ip, ...(facts?.groups ?? []).flatMap(({ facts }) => facts)].map(({ name }) => name),
  );
  const asked = optionsOf(PROTOCOLS[protocol[row]!]!, table.familyOf(row));
  const cookie = (BigInt(idHigh[row]!) << 32n) | BigInt(idLow[row]!);
  let reason: string | null = null;
  for (const { details, failure } of holders.slice(0, MAX_ASKED)) {
    const [descriptor] = details.descriptors;
    const answers =
      descriptor === undefined ? (failure ?? 'gone') : readOptions(details.pid, descriptor, cookie, asked);
    if (typeof answers !== 'string') return optionGroups(asked, answers, ip, told);
    reason = explain(answers, details, mayTrace);
  }
  const note = reason ?? withoutHolder(facts?.fresh.columns.inode[0] ?? inode[row]!, processes);
  return [...group('options', 'Socket options', [], note), ...group('ip', 'IP options', ip)];
}

function withoutHolder(inode: number, processes: ProcessReader): string {
  if (inode === 0) return 'No process has a descriptor of this socket, so its options cannot be read.';
  return processes.list().length === 0
    ? '/proc cannot be read, so there is no way to the socket’s options.'
    : 'No visible process holds this socket. Run SocketScope as root to read its options.';
}

/** What a person can do about it. */
function explain(failure: BorrowFailure, holder: HolderDetails, mayTrace: boolean): string {
  const who = `process ${holder.pid}`;
  switch (failure) {
    case 'gone':
    case 'other':
      return `The descriptor of ${who} was closed while it was looked at. Look again.`;
    case 'limit':
      return 'SocketScope has no free descriptor to read the options with. Raise its limit (ulimit -n).';
    case 'unsupported':
      return 'Reading the options of a socket needs Linux 5.6 or newer (pidfd_getfd), and a sandbox that lets it pass.';
    case 'refused':
      return `The options of ${who} may not be read (EPERM): ${traceRefusal({
        ...holder,
        dumpable: isDumpable(holder.pid, holder.uid),
        mayTrace,
        ownUid: process.geteuid?.() ?? null,
        scope: yamaScope(),
      })}`;
  }
}
