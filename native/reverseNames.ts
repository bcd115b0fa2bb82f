import dns from 'node:dns';
import fs from 'node:fs';
import { canonicalAddress, isLoopback, parseAddress } from '../shared/address';
import { systemFile } from './systemFiles';

export interface ReverseOptions {
  /** Whether an address is this machine's own */
  isOwn?: (address: Uint8Array) => boolean;
  /** DNS servers as `address:port`; those of the system unless told otherwise */
  servers?: readonly string[];
  hostsFile?: string;
}

/** ms that one server is given; who asks may give up earlier. */
const SERVER_TIMEOUT_MS = 2000;

/** The names of addresses: from the `hosts` file, else from DNS (PTR records, RFC 1035 3.5 and RFC 3596 2.5). */
export class ReverseNames {
  private readonly hosts: HostsFile;

  constructor(private readonly options: ReverseOptions = {}) {
    this.hosts = new HostsFile(options.hostsFile ?? systemFile('hosts'));
  }

  /** This machine's own addresses are looked for in the file only: nobody else has to know of them. See SocketBackend.reverse. */
  async reverse(address: string, signal: AbortSignal): Promise<readonly string[]> {
    const known = this.hosts.namesOf(address);
    if (known.length > 0 || this.isOwn(address)) return known;
    // One for each question: it reads the system's settings as they are now, and can be cancelled without the others.
    const resolver = new dns.promises.Resolver({ timeout: SERVER_TIMEOUT_MS, tries: 1 });
    if (this.options.servers !== undefined) resolver.setServers(this.options.servers);
    const cancel = (): void => resolver.cancel();
    signal.throwIfAborted();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      return await resolver.reverse(address);
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  private isOwn(address: string): boolean {
    const bytes = parseAddress(address);
    if (bytes === null) return true; // no question for a name server
    return isLoopback(bytes, 0, bytes.length === 4 ? 4 : 6) || this.options.isOwn?.(bytes) === true;
  }
}

/** A `hosts` file (man 5 hosts), read again when it has changed. Node's own reading of it drops the canonical name. */
class HostsFile {
  private names = new Map<string, string[]>();
  private stamp = '';

  constructor(private readonly file: string) {}

  namesOf(address: string): readonly string[] {
    this.refresh();
    return this.names.get(address) ?? [];
  }

  private refresh(): void {
    try {
      const { mtimeMs, size, ino } = fs.statSync(this.file);
      const stamp = `${mtimeMs} ${size} ${ino}`;
      if (stamp === this.stamp) return;
      this.stamp = stamp;
      this.names = parseHosts(fs.readFileSync(this.file, 'utf8'));
    } catch {
      this.names = new Map();
    }
  }
}

/** Names by canonical address, in the order of the file: of each line the canonical name, then its aliases. */
export function parseHosts(text: string): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const line of text.split(/\r?\n/)) {
    const [address, ...found] = line.split('#', 1)[0]!.trim().split(/\s+/);
    const key = canonicalAddress(address ?? '');
    if (key === null || found.length === 0) continue;
    const before = names.get(key);
    if (before === undefined) names.set(key, found);
    else before.push(...found);
  }
  return names;
}
