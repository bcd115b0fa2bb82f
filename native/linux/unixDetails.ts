/** One UNIX socket as facts, asked for by inode and cookie (struct unix_diag_req, linux/unix_diag.h). */
import { fact, group } from '../../shared/details';
import type { FactGroup } from '../../shared/details';
import { SOCKET_STATES, SOCKET_TYPES, stateCode, stateTitle } from '../../shared/socket';
import type { SocketTable } from '../../shared/socketTable';
import { diagRequest, SOCK_DIAG_BY_FAMILY } from './diagTable';
import { memoryGroup, readAttributes, shutdownFact, u32 } from './inetDetails';
import { malformed, NLM_F_ACK, NLM_F_REQUEST, NLMSG_HEADER } from './netlink';
import type { ReplyBuffer } from './netlink';

const AF_UNIX = 1;
/** u8 family, u8 protocol, u16 pad, u32 states, u32 inode, u32 show, u32 cookie[2] */
const REQUEST_SIZE = 24;
/** UDIAG_SHOW_VFS | _PEER | _ICONS | _RQLEN | _MEMINFO */
const SHOW = 0x02 | 0x04 | 0x08 | 0x10 | 0x20;
/** struct unix_diag_msg: u8 family, u8 type, u8 state, u8 pad, u32 inode, u32 cookie[2] */
const MESSAGE_SIZE = 16;
/** Attributes */
const VFS = 1;
const PEER = 2;
const PENDING = 3;
const QUEUES = 4;
const MEMORY = 5;
const SHUTDOWN = 6;

const ESTABLISHED = stateCode('ESTABLISHED');
const LISTEN = stateCode('LISTEN');

export function unixRequest(table: SocketTable, row: number, seq: number): Uint8Array {
  const request = diagRequest(REQUEST_SIZE, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST | NLM_F_ACK, seq);
  const { inode, idLow, idHigh } = table.columns;
  request.setUint8(NLMSG_HEADER, AF_UNIX);
  request.setUint32(NLMSG_HEADER + 4, 0xffffffff, true);
  request.setUint32(NLMSG_HEADER + 8, inode[row]!, true);
  request.setUint32(NLMSG_HEADER + 12, SHOW, true);
  request.setUint32(NLMSG_HEADER + 16, idLow[row]!, true);
  request.setUint32(NLMSG_HEADER + 20, idHigh[row]!, true);
  return new Uint8Array(request.buffer);
}

/** @throws NativeError MALFORMED where a length does not fit */
export function readUnixGroups(reply: ReplyBuffer, offset: number, end: number): FactGroup[] {
  if (end - offset < MESSAGE_SIZE) {
    throw malformed(`a UNIX socket has ${end - offset} bytes, expected ${MESSAGE_SIZE}`);
  }
  const type = SOCKET_TYPES[reply.bytes[offset + 1]!] ?? null;
  const state = reply.bytes[offset + 2]!;
  const inode = reply.words[(offset >> 2) + 1]!;
  const attributes = readAttributes(reply, offset + MESSAGE_SIZE, end);
  const get = (attribute: number): DataView | null => attributes.get(attribute) ?? null;
  const named = state === ESTABLISHED || state === LISTEN;
  const listening = state === LISTEN;
  const first = u32(get(QUEUES), 0);
  const second = u32(get(QUEUES), 4);
  const pending = get(PENDING);
  return [
    ...group('state', 'State', [
      ...fact('state', 'State', named ? stateTitle(SOCKET_STATES[state - 1]!) : 'unconnected'),
      ...fact('type', 'Type', type),
      ...shutdownFact(get(SHUTDOWN)),
      ...fact('inode', 'Inode', inode || null),
      ...fact('peerInode', 'Peer’s inode', u32(get(PEER), 0) || null),
      ...fact('fileInode', 'Inode of its file', u32(get(VFS), 0)),
      ...fact('fileDevice', 'Device of its file', deviceOf(u32(get(VFS), 4))),
    ]),
    ...group('queues', 'Queues', [
      ...fact(
        listening ? 'backlogWaiting' : 'receiveQueue',
        listening ? 'Waiting to be accepted' : 'Receive queue',
        first,
        listening ? 'count' : 'bytes',
      ),
      ...fact(
        listening ? 'backlogLimit' : 'sendQueue',
        listening ? 'May wait' : 'Send queue',
        second,
        listening ? 'count' : 'bytes',
      ),
      // The inode numbers of those who wait, one word each
      ...fact('pending', 'Inodes that wait', pending === null ? null : words(pending)),
    ]),
    ...memoryGroup(get(MEMORY)),
  ];
}

/** `8:1`: the kernel's dev_t has 20 bits of minor number (MINORBITS, linux/kdev_t.h). */
function deviceOf(device: number | null): string | null {
  return device === null ? null : `${device >>> 20}:${device & 0xfffff}`;
}

function words(data: DataView): string | null {
  const list: number[] = [];
  for (let at = 0; at + 4 <= data.byteLength; at += 4) list.push(data.getUint32(at, true));
  return list.length === 0 ? null : list.join(', ');
}
