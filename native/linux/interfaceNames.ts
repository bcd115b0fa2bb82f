import fs from 'node:fs';
import { interfaceName } from './libc';
import type { Namespaces } from './namespaces';

/** The names of network interfaces, which each network namespace counts from 1. Kept until {@link clear}. */
export class InterfaceNames {
  private readonly names = new Map<string, string>();

  constructor(private readonly namespaces: Namespaces) {}

  /** Interfaces come, go and are renamed. */
  clear(): void {
    this.names.clear();
  }

  /** The name, or the number as text where it cannot be learned. */
  name(index: number, namespace: number): string {
    const key = `${index} ${namespace}`;
    let name = this.names.get(key);
    if (name === undefined) {
      name = this.find(index, namespace) ?? String(index);
      this.names.set(key, name);
    }
    return name;
  }

  private find(index: number, namespace: number): string | null {
    try {
      if (this.namespaces.canEnter(namespace)) {
        return this.namespaces.enter(namespace, () => interfaceName(index));
      }
      return this.namespaces.readTables(namespace, (folder) =>
        inet6Interface(fs.readFileSync(`${folder}/if_inet6`, 'utf8'), index),
      );
    } catch {
      return null; // the namespace has ended; IPv6 is switched off
    }
  }
}

/**
 * The interface of this number in /proc/net/if_inet6, a line for each IPv6 address: address, interface number, prefix length,
 * scope and flags in hexadecimal, name (if6_seq_show, net/ipv6/addrconf.c).
 */
export function inet6Interface(text: string, index: number): string | null {
  for (const line of text.split('\n')) {
    const [, number, name] = /^[0-9a-f]{32} ([0-9a-f]+)(?: [0-9a-f]+){3} +(\S+)$/.exec(line) ?? [];
    if (number !== undefined && Number.parseInt(number, 16) === index) return name!;
  }
  return null;
}
