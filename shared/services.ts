/** Names of ports, as the system's `services` file gives them (man 5 services; the same format on Windows). */
import type { Protocol } from './socket';

/** By port and protocol: `443/tcp` → `https`. */
export type Services = Readonly<Record<string, string>>;

/**
 * Reads the text of a `services` file: `name port/protocol aliases… # comment`. Of several names for one port the first
 * counts, as it does for getservbyport(); aliases are other spellings and say nothing new. What is no such line is skipped.
 */
export function parseServices(text: string): Services {
  const services = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const [name, endpoint] = line.split('#', 1)[0]!.trim().split(/\s+/);
    const [, digits, protocol] = /^(\d{1,5})\/([\w.+-]+)$/.exec(endpoint ?? '') ?? [];
    if (name === undefined || digits === undefined || Number(digits) > 65_535) continue;
    const key = `${Number(digits)}/${protocol!.toLowerCase()}`;
    if (!services.has(key)) services.set(key, name);
  }
  return Object.fromEntries(services);
}

/** Protocols without entries of their own use the names of those they stand in for. */
const NAMED_AS: Partial<Record<Protocol, string>> = { mptcp: 'tcp', udplite: 'udp' };

/** The name of a port; null where it has none, or the protocol has no ports. */
export function serviceName(services: Services, protocol: Protocol, port: number): string | null {
  const find = (name: string): string | null => {
    const key = `${port}/${name}`;
    return Object.hasOwn(services, key) ? services[key]! : null;
  };
  const own = find(protocol);
  const other = NAMED_AS[protocol];
  return own ?? (other === undefined ? null : find(other));
}
