/** netlink_diag requests and replies as bytes: layouts of linux/netlink_diag.h. */
import { PROTOCOLS, SOCKET_TYPES } from '../../shared/socket';
import { UNKNOWN } from '../../shared/socketTable';
import type { SocketTable } from '../../shared/socketTable';
import {
  ATTRIBUTE_HEADER,
  attributeSize,
  attributeType,
  attributeWord,
  MEMINFO_RECEIVE,
  MEMINFO_SEND,
  nextAttribute,
} from './attributes';
import { diagRequest, SOCK_DIAG_BY_FAMILY } from './diagTable';
import type { DiagTable } from './diagTable';
import { AF_NETLINK } from './libc';
import { malformed, NLM_F_DUMP, NLM_F_REQUEST, NLMSG_HEADER } from './netlink';
import type { ReplyBuffer } from './netlink';

/** struct netlink_diag_req: u8 family, u8 protocol, u16 pad, u32 inode, u32 show, u32 cookie[2]. */
const REQUEST_SIZE = 20;
const NDIAG_PROTO_ALL = 0xff;
const NDIAG_SHOW_MEMINFO = 1;
/**
 * struct netlink_diag_msg: u8 family, u8 type, u8 protocol, u8 state, u32 port, u32 peer's port, u32 peer's group,
 * u32 inode, u32 cookie[2].
 */
const MESSAGE_SIZE = 28;
const NETLINK_DIAG_MEMINFO = 0;

const NETLINK = PROTOCOLS.indexOf('netlink');

export class NetlinkTable implements DiagTable {
  dumpRequest(seq: number): Uint8Array {
    const request = diagRequest(REQUEST_SIZE, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST | NLM_F_DUMP, seq);
    request.setUint8(NLMSG_HEADER, AF_NETLINK);
    request.setUint8(NLMSG_HEADER + 1, NDIAG_PROTO_ALL);
    request.setUint32(NLMSG_HEADER + 8, NDIAG_SHOW_MEMINFO, true);
    return new Uint8Array(request.buffer);
  }

  decode(reply: ReplyBuffer, offset: number, end: number, into: SocketTable): void {
    if (end - offset < MESSAGE_SIZE) {
      throw malformed(`a netlink socket has ${end - offset} bytes, expected ${MESSAGE_SIZE}`);
    }
    const { bytes, words } = reply;
    const word = offset >> 2;
    const type = bytes[offset + 1]!;
    if (type >= SOCKET_TYPES.length) throw malformed(`a netlink socket has type ${type}`);
    const row = into.append();
    const c = into.columns;
    c.type[row] = type;
    setNetlinkEndpoints(into, row, bytes[offset + 2]!, words[word + 1]!, words[word + 2]!);
    c.inode[row] = words[word + 4]!;
    c.idLow[row] = words[word + 5]!;
    c.idHigh[row] = words[word + 6]!;
    for (let at = offset + MESSAGE_SIZE; at + ATTRIBUTE_HEADER <= end;) {
      const size = attributeSize(reply, at, end);
      if (attributeType(reply, at) === NETLINK_DIAG_MEMINFO) {
        c.receiveQueue[row] = attributeWord(reply, at, size, MEMINFO_RECEIVE);
        c.sendQueue[row] = attributeWord(reply, at, size, MEMINFO_SEND);
      }
      at = nextAttribute(at, size);
    }
  }

  /** The kernel lists what has joined a multicast group twice: among all sockets, and among the members. */
  finish(into: SocketTable, start: number): void {
    const { idHigh, idLow } = into.columns;
    const seen = new Map<number, number>();
    const again: number[] = [];
    for (let row = start; row < into.length; row++) {
      const first = seen.get(idLow[row]!);
      if (first === undefined) seen.set(idLow[row]!, row);
      else if (idHigh[first] === idHigh[row]) again.push(row);
    }
    into.drop(again);
  }
}

/** Port 0 is the kernel's own; a peer's port 0 is "none", as every socket talks with the kernel unless told otherwise. */
export function setNetlinkEndpoints(
  into: SocketTable,
  row: number,
  protocol: number,
  port: number,
  peer: number,
): void {
  const c = into.columns;
  const name = NETLINK_PROTOCOLS[protocol] ?? NUMBERED[protocol]!;
  c.protocol[row] = NETLINK;
  c.localPort[row] = port;
  into.localNames[row] = name;
  c.hasRemote[row] = peer === 0 ? 0 : 1;
  c.remotePort[row] = peer === 0 ? UNKNOWN : peer;
  if (peer !== 0) into.remoteNames[row] = name;
}

/** linux/netlink.h, with the names of iproute2 (etc/iproute2/nl_protos). */
const NETLINK_PROTOCOLS: Record<number, string> = {
  ...{ 0: 'rtnl', 1: 'unused', 2: 'usersock', 3: 'fw', 4: 'tcpdiag', 5: 'nflog', 6: 'xfrm', 7: 'selinux' },
  ...{ 8: 'iscsi', 9: 'audit', 10: 'fiblookup', 11: 'connector', 12: 'nft', 13: 'ip6fw', 14: 'dec-rt' },
  ...{ 15: 'uevent', 16: 'genl', 18: 'scsi-trans', 19: 'ecryptfs', 20: 'rdma', 21: 'crypto', 22: 'smc' },
};
/** The others, of which there may be 256. */
const NUMBERED = Array.from({ length: 256 }, (_, protocol) => String(protocol));
