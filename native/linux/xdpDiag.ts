/** xdp_diag requests and replies as bytes: layouts of linux/xdp_diag.h. */
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
import type { DiagTable, InterfaceNamer } from './diagTable';
import { malformed, NLM_F_DUMP, NLM_F_REQUEST, NLMSG_HEADER } from './netlink';
import type { ReplyBuffer } from './netlink';
import { interfaceNames } from './packetDiag';

const AF_XDP = 44;
/** struct xdp_diag_req: u8 family, u8 protocol, u16 pad, u32 inode, u32 show, u32 cookie[2]. */
const REQUEST_SIZE = 20;
/** XDP_SHOW_INFO, with which the user comes, and XDP_SHOW_MEMINFO. */
const SHOW = 0x01 | 0x08;
/** struct xdp_diag_msg: u8 family, u8 type, u16 pad, u32 inode, u32 cookie[2]. */
const MESSAGE_SIZE = 16;
/** Attributes; INFO is struct xdp_diag_info: u32 interface, u32 queue. */
const XDP_DIAG_INFO = 1;
const XDP_DIAG_UID = 2;
const XDP_DIAG_MEMINFO = 8;

const XDP = PROTOCOLS.indexOf('xdp');

/** Of an XDP socket the local address is an interface, and the port one of its queues; neither before it is bound. */
export class XdpTable implements DiagTable {
  dumpRequest(seq: number): Uint8Array {
    const request = diagRequest(REQUEST_SIZE, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST | NLM_F_DUMP, seq);
    request.setUint8(NLMSG_HEADER, AF_XDP);
    request.setUint32(NLMSG_HEADER + 8, SHOW, true);
    return new Uint8Array(request.buffer);
  }

  decode(reply: ReplyBuffer, offset: number, end: number, into: SocketTable): void {
    if (end - offset < MESSAGE_SIZE) {
      throw malformed(`an XDP socket has ${end - offset} bytes, expected ${MESSAGE_SIZE}`);
    }
    const { words } = reply;
    const type = reply.bytes[offset + 1]!;
    if (type >= SOCKET_TYPES.length) throw malformed(`an XDP socket has type ${type}`);
    const row = into.append();
    const c = into.columns;
    c.protocol[row] = XDP;
    c.type[row] = type;
    c.localPort[row] = c.remotePort[row] = UNKNOWN;
    c.inode[row] = words[(offset >> 2) + 1]!;
    c.idLow[row] = words[(offset >> 2) + 2]!;
    c.idHigh[row] = words[(offset >> 2) + 3]!;
    for (let at = offset + MESSAGE_SIZE; at + ATTRIBUTE_HEADER <= end;) {
      const size = attributeSize(reply, at, end);
      switch (attributeType(reply, at)) {
        case XDP_DIAG_INFO: {
          const index = attributeWord(reply, at, size);
          const queue = attributeWord(reply, at, size, 1);
          c.interfaceIndex[row] = index;
          if (index !== 0) c.localPort[row] = queue;
          break;
        }
        case XDP_DIAG_UID:
          c.uid[row] = attributeWord(reply, at, size);
          break;
        case XDP_DIAG_MEMINFO:
          c.receiveQueue[row] = attributeWord(reply, at, size, MEMINFO_RECEIVE);
          c.sendQueue[row] = attributeWord(reply, at, size, MEMINFO_SEND);
          break;
      }
      at = nextAttribute(at, size);
    }
  }

  finish(into: SocketTable, start: number, nameOf: InterfaceNamer): void {
    const names = interfaceNames(into, start, nameOf);
    for (let row = start; row < into.length; row++) {
      into.localNames[row] = names.get(into.columns.interfaceIndex[row]!)!;
    }
  }
}
