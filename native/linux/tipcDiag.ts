/** TIPC's socket diagnosis as bytes: linux/tipc_sockets_diag.h, attributes of linux/tipc_netlink.h. */
import { PROTOCOLS, SOCKET_TYPES, stateCode } from '../../shared/socket';
import { UNKNOWN } from '../../shared/socketTable';
import type { SocketTable } from '../../shared/socketTable';
import { ATTRIBUTE_HEADER, attributeSize, attributeType, attributeWord, nextAttribute } from './attributes';
import { diagRequest, SOCK_DIAG_BY_FAMILY } from './diagTable';
import type { DiagTable } from './diagTable';
import { NameCache } from './nameCache';
import { malformed, NLM_F_DUMP, NLM_F_REQUEST, NLMSG_HEADER } from './netlink';
import type { ReplyBuffer } from './netlink';

const AF_TIPC = 30;
/** struct tipc_sock_diag_req: u8 family, u8 protocol, u16 pad, u32 states. */
const REQUEST_SIZE = 8;
const EVERY_STATE = 0xffffffff;
/** The message is one nest of attributes, without a structure before it (net/tipc/diag.c). */
const TIPC_NLA_SOCK = 2;
const TIPC_NLA_SOCK_ADDR = 1;
const TIPC_NLA_SOCK_REF = 2;
const TIPC_NLA_SOCK_CON = 3;
const TIPC_NLA_SOCK_TYPE = 6;
const TIPC_NLA_SOCK_INO = 7;
const TIPC_NLA_SOCK_UID = 8;
const TIPC_NLA_SOCK_TIPC_STATE = 9;
const TIPC_NLA_SOCK_COOKIE = 10;
/** In the nest TIPC_NLA_SOCK_CON. */
const TIPC_NLA_CON_NODE = 2;
const TIPC_NLA_CON_SOCK = 3;

const TIPC = PROTOCOLS.indexOf('tipc');
const CLOSE = stateCode('CLOSE');
const CLOSING = stateCode('CLOSING');

/**
 * Of a TIPC socket the address is its node's, in decimal as ss writes it, and the port its reference. Its queues are not
 * read: TIPC counts messages, not bytes.
 */
export class TipcTable implements DiagTable {
  private readonly names = new NameCache();

  dumpRequest(seq: number): Uint8Array {
    const request = diagRequest(REQUEST_SIZE, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST | NLM_F_DUMP, seq);
    request.setUint8(NLMSG_HEADER, AF_TIPC);
    request.setUint32(NLMSG_HEADER + 4, EVERY_STATE, true);
    return new Uint8Array(request.buffer);
  }

  decode(reply: ReplyBuffer, offset: number, end: number, into: SocketTable): void {
    for (let at = offset; at + ATTRIBUTE_HEADER <= end;) {
      const size = attributeSize(reply, at, end);
      if (attributeType(reply, at) === TIPC_NLA_SOCK) {
        this.decodeSocket(reply, at + ATTRIBUTE_HEADER, at + size, into);
        return;
      }
      at = nextAttribute(at, size);
    }
    throw malformed('a TIPC socket has no description');
  }

  finish(): void {
    this.names.endDump();
  }

  private decodeSocket(reply: ReplyBuffer, start: number, end: number, into: SocketTable): void {
    const row = into.append();
    const c = into.columns;
    c.protocol[row] = TIPC;
    c.localPort[row] = c.remotePort[row] = UNKNOWN;
    let node = 0;
    let hasCookie = false;
    for (let at = start; at + ATTRIBUTE_HEADER <= end;) {
      const size = attributeSize(reply, at, end);
      switch (attributeType(reply, at)) {
        case TIPC_NLA_SOCK_ADDR:
          node = attributeWord(reply, at, size);
          break;
        case TIPC_NLA_SOCK_REF:
          c.localPort[row] = attributeWord(reply, at, size);
          break;
        case TIPC_NLA_SOCK_CON:
          this.decodeConnection(reply, at + ATTRIBUTE_HEADER, at + size, into, row);
          break;
        case TIPC_NLA_SOCK_TYPE: {
          const type = attributeWord(reply, at, size);
          if (type >= SOCKET_TYPES.length) throw malformed(`a TIPC socket has type ${type}`);
          c.type[row] = type;
          break;
        }
        case TIPC_NLA_SOCK_INO:
          c.inode[row] = attributeWord(reply, at, size);
          break;
        case TIPC_NLA_SOCK_UID:
          c.uid[row] = attributeWord(reply, at, size);
          break;
        case TIPC_NLA_SOCK_TIPC_STATE: {
          // TCP's numbers (net/tipc/socket.c); CLOSE is "open, and not connected", which is no state.
          const state = attributeWord(reply, at, size);
          if (state > CLOSING) throw malformed(`a TIPC socket is in state ${state}`);
          c.state[row] = state === CLOSE ? 0 : state;
          break;
        }
        case TIPC_NLA_SOCK_COOKIE:
          c.idLow[row] = attributeWord(reply, at, size);
          c.idHigh[row] = attributeWord(reply, at, size, 1);
          hasCookie = true;
          break;
      }
      at = nextAttribute(at, size);
    }
    if (!hasCookie) throw malformed('a TIPC socket has no cookie');
    into.localNames[row] = this.names.ofNumber(node, nodeName);
  }

  private decodeConnection(
    reply: ReplyBuffer,
    start: number,
    end: number,
    into: SocketTable,
    row: number,
  ): void {
    const c = into.columns;
    c.hasRemote[row] = 1;
    let node = 0;
    for (let at = start; at + ATTRIBUTE_HEADER <= end;) {
      const size = attributeSize(reply, at, end);
      const type = attributeType(reply, at);
      if (type === TIPC_NLA_CON_NODE) node = attributeWord(reply, at, size);
      else if (type === TIPC_NLA_CON_SOCK) c.remotePort[row] = attributeWord(reply, at, size);
      at = nextAttribute(at, size);
    }
    into.remoteNames[row] = this.names.ofNumber(node, nodeName);
  }
}

function nodeName(node: Uint8Array): string {
  return String(new DataView(node.buffer, node.byteOffset).getUint32(0, true));
}
