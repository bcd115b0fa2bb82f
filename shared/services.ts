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

type Ports = ReadonlyMap<number, string>;
const NO_PORTS: Ports = new Map();
/** By protocol: a filter asks for every port that there is. */
const indexes = new WeakMap<Services, ReadonlyMap<string, Ports>>();

function indexOf(services: Services): ReadonlyMap<string, Ports> {
  const index = new Map<string, Map<number, string>>();
  for (const [key, name] of Object.entries(services)) {
    const [port, protocol] = key.split('/') as [string, string];
    let ports = index.get(protocol);
    if (ports === undefined) index.set(protocol, (ports = new Map()));
    ports.set(Number(port), name);
  }
  indexes.set(services, index);
  return index;
}

/** The name of a port; null where it has none, or the protocol has no ports. The services do not change once they are asked. */
export function serviceName(services: Services, protocol: Protocol, port: number): string | null {
  const index = indexes.get(services) ?? indexOf(services);
  const own = (index.get(protocol) ?? NO_PORTS).get(port);
  const other = own === undefined ? NAMED_AS[protocol] : undefined;
  return own ?? (other === undefined ? null : ((index.get(other) ?? NO_PORTS).get(port) ?? null));
}
