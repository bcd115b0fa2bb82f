import type { NetworkInterfaceInfo } from 'node:os';
import { isLinkLocal6, isLoopback, isMapped, parseAddress } from '../shared/address';
import type { Family } from '../shared/socket';

/** As os.networkInterfaces() tells them, which leaves out interfaces without a carrier; of a namespace that cannot be looked into, none. */
export type ReadInterfaces = (namespace: number) => Record<string, NetworkInterfaceInfo[] | undefined>;

/** Addresses are read again after so many ms, when somebody asks. */
const FRESH_MS = 2000;
/** Those of a namespace that nobody has asked about for so long are forgotten. */
const KEPT_MS = 60_000;

const NONE: readonly OwnAddress[] = [];

interface OwnAddress {
  bytes: Uint8Array;
  family: 4 | 6;
  /** The interface's number, of a link-local address; else 0 */
  scope: number;
  name: string;
}

interface Known {
  readAt: number;
  /** By a hash of the address */
  addresses: Map<number, OwnAddress[]>;
  /** The loopback interface, which has all of 127.0.0.0/8 */
  loopback: string | null;
}

/** This machine's own addresses, in each network namespace, and the interfaces that have them. */
export class InterfaceAddresses {
  private readonly known = new Map<number, Known>();

  constructor(
    private readonly read: ReadInterfaces,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** The name of the interface that has the address at `offset`; see RowNames.interfaceOf. */
  of(bytes: Uint8Array, offset: number, family: Family, index: number, namespace: number): string | null {
    if (family === null) return null;
    const { addresses, loopback } = this.fresh(namespace);
    const mapped = family === 6 && isMapped(bytes, offset);
    const start = mapped ? offset + 12 : offset;
    const version = mapped ? 4 : family;
    // Asked of every connection: most have an address of elsewhere.
    const found = addresses.get(hashOf(bytes, start, version));
    for (const own of found ?? NONE) {
      const isInScope = own.scope === 0 || index === 0 || own.scope === index;
      if (own.family === version && isInScope && isSame(own.bytes, bytes, start)) return own.name;
    }
    return isLoopback(bytes, start, version) ? loopback : null;
  }

  private fresh(namespace: number): Known {
    const now = this.now();
    let known = this.known.get(namespace);
    if (known === undefined || now - known.readAt >= FRESH_MS) {
      for (const [other, { readAt }] of this.known) if (now - readAt >= KEPT_MS) this.known.delete(other);
      known = { readAt: now, ...addressesOf(this.read(namespace)) };
      this.known.set(namespace, known);
    }
    return known;
  }
}

function addressesOf(interfaces: ReturnType<ReadInterfaces>): Omit<Known, 'readAt'> {
  const addresses = new Map<number, OwnAddress[]>();
  let loopback: string | null = null;
  for (const [name, infos = []] of Object.entries(interfaces)) {
    for (const info of infos) {
      if (info.internal) loopback ??= name;
      const bytes = parseAddress(info.address);
      if (bytes === null) continue;
      const family = bytes.length === 4 ? 4 : 6;
      const scope = info.family === 'IPv6' && isLinkLocal6(bytes, 0) ? info.scopeid : 0;
      const hash = hashOf(bytes, 0, family);
      const others = addresses.get(hash);
      if (others === undefined) addresses.set(hash, [{ bytes, family, scope, name }]);
      else others.push({ bytes, family, scope, name });
    }
  }
  return { addresses, loopback };
}

function hashOf(bytes: Uint8Array, offset: number, family: 4 | 6): number {
  let hash = 0;
  const end = offset + (family === 4 ? 4 : 16);
  for (let i = offset; i < end; i++) hash = (Math.imul(hash, 31) + bytes[i]!) | 0;
  return hash;
}

function isSame(own: Uint8Array, bytes: Uint8Array, offset: number): boolean {
  for (let i = 0; i < own.length; i++) if (own[i] !== bytes[offset + i]) return false;
  return true;
}
