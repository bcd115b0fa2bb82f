import type { SocketBackend } from '../native';

/**
 * Whether this PID is the engine's own. It needs nothing that the system is asked for, and so holds also where nothing is known of the
 * processes above. Demonstrations have PIDs of their own.
 */
export function isItself(backend: Pick<SocketBackend, 'demo'>, pid: number): boolean {
  return !backend.demo && pid === process.pid;
}
