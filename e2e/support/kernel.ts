import fs from 'node:fs';

/** include/net/tcp_states.h, as /proc/net/tcp has them */
const STATES: Record<string, string> = {
  '01': 'ESTABLISHED',
  '05': 'FIN_WAIT2',
  '08': 'CLOSE_WAIT',
  '0A': 'LISTEN',
};

/** The states that the kernel's own table has of the TCP sockets between these IPv4 addresses. */
export function kernelStates(local: string, remote: string): string[] {
  const [, ...lines] = fs.readFileSync('/proc/net/tcp', 'utf8').trim().split('\n');
  return lines.flatMap((line) => {
    const [, from, to, state] = line.trim().split(/\s+/);
    const isMeant = from!.startsWith(`${hex(local)}:`) && to!.startsWith(`${hex(remote)}:`);
    return isMeant ? [STATES[state!] ?? state!] : [];
  });
}

/** As a little-endian machine prints it */
function hex(address: string): string {
  const bytes = address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'));
  return bytes.reverse().join('').toUpperCase();
}

/** An address of this machine's own that no other test uses at the same time, with a last part to choose. */
export function ownNetwork(): (last: number) => string {
  const part = (): number => 2 + Math.floor(Math.random() * 250);
  const network = `127.${part()}.${part()}`;
  return (last) => `${network}.${last}`;
}
