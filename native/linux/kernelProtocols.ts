/** Which kinds of sockets this kernel has, by /proc/net/protocols (proto_seq_printf, net/core/sock.c). */
import fs from 'node:fs';
import type { TableName } from '../../shared/socket';
import { ENOENT } from './errno';
import { NativeError } from '../nativeError';

/** What each table's protocols are called there; UNIX has had two since Linux 5.15. */
const NAMES: Record<TableName, string> = {
  ...{ tcp4: 'TCP', tcp6: 'TCPv6', udp4: 'UDP', udp6: 'UDPv6', udplite4: 'UDP-Lite', udplite6: 'UDPLITEv6' },
  ...{ mptcp4: 'MPTCP', mptcp6: 'MPTCPv6', sctp4: 'SCTP', sctp6: 'SCTPv6', dccp4: 'DCCP', dccp6: 'DCCPv6' },
  ...{ raw4: 'RAW', raw6: 'RAWv6', icmp4: 'PING', icmp6: 'PINGv6' },
  ...{ unix: 'UNIX', packet: 'PACKET', netlink: 'NETLINK', vsock: 'AF_VSOCK', xdp: 'XDP', tipc: 'TIPC' },
};
/** Protocols whose sockets are all counted there, in the column "sockets"; of the others that is no number to trust. */
const COUNTED: ReadonlySet<TableName> = new Set(['xdp']);

/** The module that lists each table's sockets, and the option that builds it; they load by themselves where they exist. */
const MODULES: Record<string, string> = {
  ...{ tcp: 'tcp_diag (CONFIG_INET_TCP_DIAG)', udp: 'udp_diag (CONFIG_INET_UDP_DIAG)' },
  ...{ udplite: 'udp_diag (CONFIG_INET_UDP_DIAG)', mptcp: 'mptcp_diag (CONFIG_INET_MPTCP_DIAG)' },
  ...{ sctp: 'sctp_diag (CONFIG_INET_SCTP_DIAG)', dccp: 'dccp_diag (CONFIG_INET_DCCP_DIAG)' },
  ...{ raw: 'raw_diag (CONFIG_INET_RAW_DIAG)', unix: 'unix_diag (CONFIG_UNIX_DIAG)' },
  ...{ packet: 'af_packet_diag (CONFIG_PACKET_DIAG)', netlink: 'netlink_diag (CONFIG_NETLINK_DIAG)' },
  ...{ vsock: 'vsock_diag (CONFIG_VSOCKETS_DIAG)', xdp: 'xsk_diag (CONFIG_XDP_SOCKETS_DIAG)' },
  ...{ tipc: 'diag of TIPC (CONFIG_TIPC_DIAG)' },
};

/**
 * Whether the kernel cannot have a socket of this table in the network namespace of `folder` (/proc/PID/net): the protocol
 * is not there, or counts none. False where that cannot be known.
 */
export function hasNoSockets(table: TableName, folder: string): boolean {
  let text: string;
  try {
    text = fs.readFileSync(`${folder}/protocols`, 'utf8');
  } catch {
    return false;
  }
  const count = socketCount(text, NAMES[table]);
  return count === null || (count === 0 && COUNTED.has(table));
}

/** The third column of the protocol's line; null where there is no such line. */
export function socketCount(text: string, name: string): number | null {
  for (const line of text.split('\n').slice(1)) {
    const [protocol, , sockets] = line.split(/\s+/);
    if (protocol === name && sockets !== undefined) return Number(sockets);
  }
  return null;
}

/** Why a table stays empty although there may be sockets, and what to do about it. */
export function cannotList(table: TableName): NativeError {
  const protocol = table.replace(/\d$/, '');
  const module = MODULES[protocol];
  return new NativeError(
    `dump(${table})`,
    ENOENT,
    'ENOENT',
    module === undefined
      ? 'This kernel cannot list these sockets: /proc/net is missing.'
      : `This kernel cannot list these sockets: it lacks the module ${module}. Install or load that module.`,
  );
}
