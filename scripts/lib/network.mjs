// A network of one's own, where tests that look at sockets see nobody else's (network_namespaces(7)). It takes root on Linux.
import { spawnSync } from 'node:child_process';

/** The command in front of another that gives it such a network, with loopback and nothing else. */
export const inOwnNetwork = ['unshare', '--net', '--', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh'];

/** Whether that works here. */
export function canHaveOwnNetwork() {
  if (process.platform !== 'linux' || process.getuid() !== 0) return false;
  const [command, ...args] = inOwnNetwork;
  return spawnSync(command, [...args, 'true'], { stdio: 'ignore' }).status === 0;
}
