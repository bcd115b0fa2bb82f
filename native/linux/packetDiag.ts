/** packet_diag requests and replies as bytes: layouts of linux/packet_diag.h. */
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

const AF_PACKET = 17;
/** struct packet_diag_req: u8 family, u8 protocol, u16 pad, u32 inode, u32 show, u32 cookie[2]. */
const REQUEST_SIZE = 20;
/** PACKET_SHOW_INFO, with which the user comes, and PACKET_SHOW_MEMINFO. */
const SHOW = 0x01 | 0x10;
/** struct packet_diag_msg: u8 family, u8 type, u16 protocol, u32 inode, u32 cookie[2]. */
const MESSAGE_SIZE = 16;
/** Attributes; the first word of INFO (struct packet_diag_info) is the interface. */
const PACKET_DIAG_INFO = 0;
const PACKET_DIAG_UID = 5;
const PACKET_DIAG_MEMINFO = 6;

const PACKET = PROTOCOLS.indexOf('packet');

export class PacketTable implements DiagTable {
  private readonly names = new PacketNames();

  dumpRequest(seq: number): Uint8Array {
    const request = diagRequest(REQUEST_SIZE, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST | NLM_F_DUMP, seq);
    request.setUint8(NLMSG_HEADER, AF_PACKET);
    request.setUint32(NLMSG_HEADER + 8, SHOW, true);
    return new Uint8Array(request.buffer);
  }

  /** Until {@link finish}, localPort holds the protocol. */
  decode(reply: ReplyBuffer, offset: number, end: number, into: SocketTable): void {
    if (end - offset < MESSAGE_SIZE) {
      throw malformed(`a packet socket has ${end - offset} bytes, expected ${MESSAGE_SIZE}`);
    }
    const { words } = reply;
    const row = into.append();
    const c = into.columns;
    const type = reply.bytes[offset + 1]!;
    c.protocol[row] = PACKET;
    // SOCK_PACKET (10) is obsolete and has no name.
    c.type[row] = type < SOCKET_TYPES.length ? type : 0;
    c.localPort[row] = reply.halves[(offset >> 1) + 1]!;
    c.remotePort[row] = UNKNOWN;
    c.inode[row] = words[(offset >> 2) + 1]!;
    c.idLow[row] = words[(offset >> 2) + 2]!;
    c.idHigh[row] = words[(offset >> 2) + 3]!;
    for (let at = offset + MESSAGE_SIZE; at + ATTRIBUTE_HEADER <= end;) {
      const size = attributeSize(reply, at, end);
      switch (attributeType(reply, at)) {
        case PACKET_DIAG_INFO:
          c.interfaceIndex[row] = attributeWord(reply, at, size);
          break;
        case PACKET_DIAG_UID:
          c.uid[row] = attributeWord(reply, at, size);
          break;
        case PACKET_DIAG_MEMINFO:
          c.receiveQueue[row] = attributeWord(reply, at, size, MEMINFO_RECEIVE);
          c.sendQueue[row] = attributeWord(reply, at, size, MEMINFO_SEND);
          break;
      }
      at = nextAttribute(at, size);
    }
  }

  finish(into: SocketTable, start: number, nameOf: InterfaceNamer): void {
    this.names.fill(into, start, nameOf);
  }
}

/** `protocol:interface` for the rows of packet sockets, made once for each pair. */
export class PacketNames {
  private readonly texts = new Map<number, Map<string, string>>();

  /** Takes the protocol out of localPort and the interface's number from its column. */
  fill(into: SocketTable, start: number, nameOf: InterfaceNamer): void {
    if (this.texts.size > 256) this.texts.clear();
    const interfaces = interfaceNames(into, start, nameOf);
    const { interfaceIndex, localPort } = into.columns;
    for (let row = start; row < into.length; row++) {
      into.localNames[row] = this.text(localPort[row]!, interfaces.get(interfaceIndex[row]!)!);
      localPort[row] = UNKNOWN;
    }
  }

  private text(protocol: number, name: string): string {
    let texts = this.texts.get(protocol);
    if (texts === undefined) this.texts.set(protocol, (texts = new Map<string, string>()));
    let text = texts.get(name);
    if (text === undefined) {
      if (texts.size > 256) texts.clear();
      texts.set(name, (text = `${protocolName(protocol)}:${name}`));
    }
    return text;
  }
}

/** The names of the interfaces of these rows, by number; `*` for none. Asked anew each time: they can be renamed. */
export function interfaceNames(
  { columns, length }: SocketTable,
  start: number,
  nameOf: InterfaceNamer,
): ReadonlyMap<number, string> {
  const names = new Map([[0, '*']]);
  for (let row = start; row < length; row++) {
    const index = columns.interfaceIndex[row]!;
    if (!names.has(index)) names.set(index, nameOf(index));
  }
  return names;
}

/** linux/if_ether.h, with the names that iproute2 and tcpdump use. */
const ETHERTYPES: Record<number, string> = {
  ...{ 0: 'none', 3: 'all', 4: '802.2', 0x0c: 'can', 0x0d: 'canfd' },
  ...{ 0x800: 'ip', 0x806: 'arp', 0x8035: 'rarp', 0x8100: '802.1q', 0x86dd: 'ipv6', 0x8847: 'mpls' },
  ...{ 0x8863: 'ppp_disc', 0x8864: 'ppp_ses', 0x888e: '802.1x', 0x88a2: 'aoe', 0x88a8: '802.1ad' },
  ...{ 0x88ca: 'tipc', 0x88cc: 'lldp', 0x88e5: 'macsec', 0x88f7: 'ptp', 0x8906: 'fcoe' },
};

function protocolName(protocol: number): string {
  return ETHERTYPES[protocol] ?? `0x${protocol.toString(16).padStart(4, '0')}`;
}
