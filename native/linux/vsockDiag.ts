/** vsock_diag requests and replies as bytes: layouts of linux/vm_sockets_diag.h. */
import { PROTOCOLS, SOCKET_TYPES, stateCode } from '../../shared/socket';
import { UNKNOWN } from '../../shared/socketTable';
import type { SocketTable } from '../../shared/socketTable';
import { diagRequest, SOCK_DIAG_BY_FAMILY } from './diagTable';
import type { DiagTable } from './diagTable';
import { NameCache } from './nameCache';
import { malformed, NLM_F_DUMP, NLM_F_REQUEST, NLMSG_HEADER } from './netlink';
import type { ReplyBuffer } from './netlink';

const AF_VSOCK = 40;
/** struct vsock_diag_req: u8 family, u8 protocol, u16 pad, u32 states, u32 inode, u32 show, u32 cookie[2]. */
const REQUEST_SIZE = 24;
const EVERY_STATE = 0xffffffff;
/**
 * struct vsock_diag_msg: u8 family, u8 type, u8 state, u8 shutdown, u32 source CID, u32 source port, u32 destination CID,
 * u32 destination port, u32 inode, u32 cookie[2].
 */
const MESSAGE_SIZE = 32;
/** VMADDR_CID_ANY; VMADDR_PORT_ANY is the same number, which is UNKNOWN. */
const CID_ANY = 0xffffffff;

const VSOCK = PROTOCOLS.indexOf('vsock');
const CLOSE = stateCode('CLOSE');
const CLOSING = stateCode('CLOSING');

export class VsockTable implements DiagTable {
  private readonly names = new NameCache();

  dumpRequest(seq: number): Uint8Array {
    const request = diagRequest(REQUEST_SIZE, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST | NLM_F_DUMP, seq);
    request.setUint8(NLMSG_HEADER, AF_VSOCK);
    request.setUint32(NLMSG_HEADER + 4, EVERY_STATE, true);
    return new Uint8Array(request.buffer);
  }

  decode(reply: ReplyBuffer, offset: number, end: number, into: SocketTable): void {
    if (end - offset < MESSAGE_SIZE) {
      throw malformed(`a VSOCK socket has ${end - offset} bytes, expected ${MESSAGE_SIZE}`);
    }
    const { bytes, words } = reply;
    const word = offset >> 2;
    const type = bytes[offset + 1]!;
    const state = bytes[offset + 2]!;
    if (type >= SOCKET_TYPES.length) throw malformed(`a VSOCK socket has type ${type}`);
    if (state > CLOSING) throw malformed(`a VSOCK socket is in state ${state}`);
    const row = into.append();
    const c = into.columns;
    c.protocol[row] = VSOCK;
    c.type[row] = type;
    // TCP's numbers; a new socket is "CLOSE", which is no state.
    c.state[row] = state === CLOSE ? 0 : state;
    into.localNames[row] = this.names.ofNumber(words[word + 1]!, cidName);
    c.localPort[row] = words[word + 2]!;
    const connected = words[word + 3]! !== CID_ANY;
    c.hasRemote[row] = connected ? 1 : 0;
    c.remotePort[row] = connected ? words[word + 4]! : UNKNOWN;
    if (connected) into.remoteNames[row] = this.names.ofNumber(words[word + 3]!, cidName);
    c.inode[row] = words[word + 5]!;
    c.idLow[row] = words[word + 6]!;
    c.idHigh[row] = words[word + 7]!;
  }

  finish(): void {
    this.names.endDump();
  }
}

/** A context id (man 7 vsock) in decimal: 0 is the hypervisor, 1 this machine, 2 the host. */
function cidName(cid: Uint8Array): string {
  const number = new DataView(cid.buffer, cid.byteOffset).getUint32(0, true);
  return number === CID_ANY ? '*' : String(number);
}
