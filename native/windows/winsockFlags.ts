/**
 * Names of the numbers in Winsock's catalogue, as the Windows SDK has them: winsock2.h, ws2def.h, nspapi.h.
 * https://learn.microsoft.com/windows/win32/api/winsock2/ns-winsock2-wsaprotocol_infow
 */
import type { FlagSet, NamedNumber } from '../../shared/winsock';

/** dwServiceFlags1, from bit 0 on without a gap */
export const SERVICE_FLAGS: readonly string[] = [
  'XP1_CONNECTIONLESS',
  'XP1_GUARANTEED_DELIVERY',
  'XP1_GUARANTEED_ORDER',
  'XP1_MESSAGE_ORIENTED',
  'XP1_PSEUDO_STREAM',
  'XP1_GRACEFUL_CLOSE',
  'XP1_EXPEDITED_DATA',
  'XP1_CONNECT_DATA',
  'XP1_DISCONNECT_DATA',
  'XP1_SUPPORT_BROADCAST',
  'XP1_SUPPORT_MULTIPOINT',
  'XP1_MULTIPOINT_CONTROL_PLANE',
  'XP1_MULTIPOINT_DATA_PLANE',
  'XP1_QOS_SUPPORTED',
  'XP1_INTERRUPT',
  'XP1_UNI_SEND',
  'XP1_UNI_RECV',
  'XP1_IFS_HANDLES',
  'XP1_PARTIAL_MESSAGE',
  'XP1_SAN_SUPPORT_SDP',
];

/** dwProviderFlags, from bit 0 on without a gap */
export const PROVIDER_FLAGS: readonly string[] = [
  'PFL_MULTIPLE_PROTO_ENTRIES',
  'PFL_RECOMMENDED_PROTO_ENTRY',
  'PFL_HIDDEN',
  'PFL_MATCHES_PROTOCOL_ZERO',
  'PFL_NETWORKDIRECT_PROVIDER',
];

/** @param names of the bits, the lowest first; fewer than 31 */
export function flagSet(value: number, names: readonly string[]): FlagSet {
  const known = names.filter((_, bit) => ((value >>> bit) & 1) === 1);
  return { value, names: known, unknown: (value & -(1 << names.length)) >>> 0 };
}

type Names = Readonly<Record<number, string>>;

/** winsock2.h, ws2def.h */
export const ADDRESS_FAMILIES: Names = {
  ...{ 0: 'AF_UNSPEC', 1: 'AF_UNIX', 2: 'AF_INET', 3: 'AF_IMPLINK', 4: 'AF_PUP', 5: 'AF_CHAOS', 6: 'AF_IPX' },
  ...{
    7: 'AF_ISO',
    8: 'AF_ECMA',
    9: 'AF_DATAKIT',
    10: 'AF_CCITT',
    11: 'AF_SNA',
    12: 'AF_DECnet',
    13: 'AF_DLI',
  },
  ...{ 14: 'AF_LAT', 15: 'AF_HYLINK', 16: 'AF_APPLETALK', 17: 'AF_NETBIOS', 18: 'AF_VOICEVIEW' },
  ...{ 19: 'AF_FIREFOX', 20: 'AF_UNKNOWN1', 21: 'AF_BAN', 22: 'AF_ATM', 23: 'AF_INET6', 24: 'AF_CLUSTER' },
  ...{ 25: 'AF_12844', 26: 'AF_IRDA', 28: 'AF_NETDES', 29: 'AF_TCNPROCESS', 30: 'AF_TCNMESSAGE' },
  ...{ 31: 'AF_ICLFXBM', 32: 'AF_BTH', 33: 'AF_LINK', 34: 'AF_HYPERV' },
};

export const SOCKET_TYPES: Names = {
  ...{ 1: 'SOCK_STREAM', 2: 'SOCK_DGRAM', 3: 'SOCK_RAW', 4: 'SOCK_RDM', 5: 'SOCK_SEQPACKET' },
};

/** The IP protocols of winsock2.h that belong to AF_INET and AF_INET6 */
const IP_PROTOCOLS: Names = {
  ...{ 1: 'IPPROTO_ICMP', 2: 'IPPROTO_IGMP', 3: 'IPPROTO_GGP', 4: 'IPPROTO_IPV4', 5: 'IPPROTO_ST' },
  ...{ 6: 'IPPROTO_TCP', 7: 'IPPROTO_CBT', 8: 'IPPROTO_EGP', 9: 'IPPROTO_IGP', 12: 'IPPROTO_PUP' },
  ...{ 17: 'IPPROTO_UDP', 22: 'IPPROTO_IDP', 27: 'IPPROTO_RDP', 41: 'IPPROTO_IPV6', 43: 'IPPROTO_ROUTING' },
  ...{
    44: 'IPPROTO_FRAGMENT',
    50: 'IPPROTO_ESP',
    51: 'IPPROTO_AH',
    58: 'IPPROTO_ICMPV6',
    59: 'IPPROTO_NONE',
  },
  ...{ 60: 'IPPROTO_DSTOPTS', 77: 'IPPROTO_ND', 78: 'IPPROTO_ICLFXBM', 103: 'IPPROTO_PIM' },
  ...{ 113: 'IPPROTO_PGM', 115: 'IPPROTO_L2TP', 132: 'IPPROTO_SCTP', 255: 'IPPROTO_RAW' },
};
/** wsipx.h */
const IPX_PROTOCOLS: Names = { 1000: 'NSPROTO_IPX', 1256: 'NSPROTO_SPX', 1257: 'NSPROTO_SPXII' };
/** ws2bth.h */
const BLUETOOTH_PROTOCOLS: Names = { 3: 'BTHPROTO_RFCOMM', 256: 'BTHPROTO_L2CAP' };
/** hvsocket.h */
const HYPERV_PROTOCOLS: Names = { 1: 'HV_PROTOCOL_RAW' };
/** A protocol's number means something within its address family only. */
const PROTOCOLS: Readonly<Record<number, Names>> = {
  ...{ 2: IP_PROTOCOLS, 23: IP_PROTOCOLS, 6: IPX_PROTOCOLS, 32: BLUETOOTH_PROTOCOLS, 34: HYPERV_PROTOCOLS },
};

export const BYTE_ORDERS: Names = { 0: 'BIGENDIAN', 1: 'LITTLEENDIAN' };
export const SECURITY_SCHEMES: Names = { 0: 'SECURITY_PROTOCOL_NONE' };

/** winsock2.h and nspapi.h; 50 has another name in each (NS_WRQ, NS_VNS), so it has none here */
export const NAME_SPACES: Names = {
  ...{ 0: 'NS_ALL', 1: 'NS_SAP', 2: 'NS_NDS', 3: 'NS_PEER_BROWSE', 5: 'NS_SLP', 6: 'NS_DHCP' },
  ...{
    10: 'NS_TCPIP_LOCAL',
    11: 'NS_TCPIP_HOSTS',
    12: 'NS_DNS',
    13: 'NS_NETBT',
    14: 'NS_WINS',
    15: 'NS_NLA',
  },
  ...{
    16: 'NS_BTH',
    19: 'NS_LOCALNAME',
    20: 'NS_NBP',
    30: 'NS_MS',
    31: 'NS_STDA',
    32: 'NS_NTDS',
    37: 'NS_EMAIL',
  },
  ...{ 38: 'NS_PNRPNAME', 39: 'NS_PNRPCLOUD', 40: 'NS_X500', 41: 'NS_NIS', 42: 'NS_NISPLUS' },
  ...{ 60: 'NS_NETDES' },
};

export function named(value: number, names: Names): NamedNumber {
  return { value, name: names[value] ?? null };
}

export function namedProtocol(addressFamily: number, protocol: number): NamedNumber {
  return named(protocol, PROTOCOLS[addressFamily] ?? {});
}
