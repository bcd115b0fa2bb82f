/** Closing connections: outcomes, and the words in which the user is asked. */
import { formatEndpoint } from './address';
import { OWNER_TITLES, protocolTitle } from './socket';
import type { SocketRow } from './socket';
import { plainText } from './text';

export const CLOSE_OUTCOMES = ['closed', 'gone', 'refused', 'failed'] as const;
/** `gone`: the socket had ended before; `refused`: the privilege is missing; `failed`: the kernel said something else. */
export type CloseOutcome = (typeof CLOSE_OUTCOMES)[number];

export interface CloseResult {
  id: string;
  outcome: CloseOutcome;
  /** e.g. `nginx (812)  TCP 10.0.0.5:443 → 10.0.0.9:51122`; the id itself where the socket was gone. */
  label: string;
  /** A sentence for a person, or null where the outcome says it all. */
  message: string | null;
}

/** The result for a socket that had ended before anything was done. */
export function goneResult(id: string): CloseResult {
  return { id, outcome: 'gone', label: id, message: null };
}

/** What the user is asked before anything is closed. */
export interface Confirmation {
  message: string;
  detail: string;
  confirmLabel: string;
}

/** The most sockets one request may name; also what the contract's validator accepts. */
export const MAX_CLOSE = 10_000;

const LISTED = 12;

function processTitle(row: SocketRow): string {
  if (row.processName !== null) return plainText(row.processName);
  return row.pid === null ? `(${OWNER_TITLES[row.owner]})` : 'process';
}

/** One line that names a socket in words. */
export function socketLabel(row: SocketRow): string {
  const doubt = row.owner === 'inherited' ? 'was ' : row.owner === 'presumed' ? 'presumably ' : '';
  const process = `${doubt}${processTitle(row)}`;
  const pid = row.pid === null ? '' : ` (${row.pid})`;
  const local = formatEndpoint(row.localAddress, row.localPort);
  const remote = row.remoteAddress === null ? '' : ` → ${formatEndpoint(row.remoteAddress, row.remotePort)}`;
  // A UNIX socket's path is whatever its process likes.
  return `${process}${pid}  ${protocolTitle(row.protocol)} ${plainText(`${local}${remote}`)}`;
}

/** Says what closing these sockets will do, before it is done. `gone` counts those that had ended already. */
export function confirmClose(rows: readonly SocketRow[], gone: number): Confirmation {
  const tcp = rows.filter((row) => row.protocol === 'tcp');
  const connections = tcp.filter((row) => row.state !== 'LISTEN' && row.state !== 'BOUND').length;
  const listeners = tcp.filter((row) => row.state === 'LISTEN').length;
  const datagram = rows.filter((row) => row.protocol === 'udp').length;
  const others = rows.length - connections - listeners - datagram;
  const parts = [
    plural(connections, 'connection'),
    plural(listeners, 'listening socket'),
    plural(datagram, 'UDP socket'),
    plural(others, others === rows.length ? 'socket' : 'other socket'),
  ].filter((part) => part !== null);
  const detail = rows.slice(0, LISTED).map(socketLabel);
  if (rows.length > LISTED) detail.push(`… and ${rows.length - LISTED} more`);
  detail.push('');
  if (connections > 0)
    detail.push('Connections are reset: data still in flight is lost, and both ends see an error.');
  if (listeners > 0) {
    detail.push(
      'A listening socket stops accepting; its process keeps it, bound but closed, until it closes it itself.',
    );
  }
  if (datagram > 0)
    detail.push('A UDP socket is disconnected; its process sees an error and may go on using it.');
  if (gone > 0) detail.push(`${gone} of the selected sockets ${gone === 1 ? 'has' : 'have'} ended already.`);
  return {
    message: `Close ${listed(parts)}${ofProcesses(rows)}?`,
    detail: detail.join('\n').trim(),
    confirmLabel: confirmLabel(rows.length, connections),
  };
}

function confirmLabel(total: number, connections: number): string {
  if (total === 1) return connections === 1 ? 'Close Connection' : 'Close Socket';
  return `Close ${total} ${connections === total ? 'Connections' : 'Sockets'}`;
}

function plural(count: number, noun: string): string | null {
  return count === 0 ? null : `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** ` of nginx and sshd (3 processes)`; nothing where no owner is known. */
function ofProcesses(rows: readonly SocketRow[]): string {
  const known = rows.filter((row) => row.pid !== null);
  const names = [...new Set(known.map(processTitle))];
  const count = new Set(known.map((row) => row.pid)).size;
  if (count === 0) return '';
  const others = known.length < rows.length ? ['others without a known owner'] : [];
  if (names.length > 3) return ` of ${listed([`${count} processes`, ...others])}`;
  return ` of ${listed([...names, ...others])}${count > 1 ? ` (${count} processes)` : ''}`;
}

/** `a`, `a and b`, `a, b and c` */
function listed(parts: readonly string[]): string {
  const last = parts.at(-1) ?? '';
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} and ${last}`;
}

/** `3 closed, 1 already gone` */
export function summariseClose(results: readonly CloseResult[]): string {
  const words: Record<CloseOutcome, string> = {
    closed: 'closed',
    gone: 'already gone',
    refused: 'refused',
    failed: 'failed',
  };
  const parts = CLOSE_OUTCOMES.map((outcome) => {
    const count = results.filter((result) => result.outcome === outcome).length;
    return count === 0 ? null : `${count} ${words[outcome]}`;
  });
  return parts.filter((part) => part !== null).join(', ');
}
