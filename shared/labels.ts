/** One line that names a socket or a process, wherever something is done to it. */
import { formatEndpoint } from './address';
import { OWNER_TITLES, protocolTitle } from './socket';
import type { SocketRow } from './socket';
import { plainText } from './text';

/** `nginx (812)` */
export function processLabel({ name, pid }: { name: string | null; pid: number }): string {
  return `${name === null ? 'process' : plainText(name)} (${pid})`;
}

/** e.g. `nginx (812)  TCP 10.0.0.5:443 → 10.0.0.9:51122` */
export function socketLabel(row: SocketRow): string {
  const doubt = row.owner === 'inherited' ? 'was ' : row.owner === 'presumed' ? 'presumably ' : '';
  const process = `${doubt}${processTitle(row)}`;
  const pid = row.pid === null ? '' : ` (${row.pid})`;
  const local = formatEndpoint(row.localAddress, row.localPort);
  const remote = row.remoteAddress === null ? '' : ` → ${formatEndpoint(row.remoteAddress, row.remotePort)}`;
  // A UNIX socket's path is whatever its process likes.
  return `${process}${pid}  ${protocolTitle(row.protocol)} ${plainText(`${local}${remote}`)}`;
}

function processTitle(row: SocketRow): string {
  if (row.processName !== null) return plainText(row.processName);
  return row.pid === null ? `(${OWNER_TITLES[row.owner]})` : 'process';
}
