/** Names of addresses by reverse DNS: asked for by pages, one at a time or by the hundred, never waited for. */
import { canonicalAddress } from '../shared/address';
import type { HostName } from '../shared/contract';
import { addressClass } from '../shared/rowFacts';
import type { AddressClass } from '../shared/rowFacts';
import type { Clock } from './clock';

/** Look-ups under way at once. */
const CONCURRENT = 8;
const TIMEOUT_MS = 2000;
const KEPT_MS = 600_000;
/** What has no name, or could not be asked, may have one soon. */
const KEPT_NAMELESS_MS = 60_000;
const MOST_KEPT = 10_000;
/** More that wait are answered with "no name" at once. */
const MOST_WAITING = 10_000;
/** Names that become known within so many ms travel together. */
const BATCH_MS = 50;
/** Nobody has a name of these, or everybody the same. */
const NAMELESS: readonly (AddressClass | null)[] = [null, 'wildcard', 'multicast', 'link-local'];

/** See SocketBackend.reverse. */
export type ReverseLookup = (address: string, signal: AbortSignal) => Promise<readonly string[]>;

interface Kept {
  name: string | null;
  until: number;
}

interface LookUp {
  address: string;
  /** Who waits, and under which spelling */
  wanted: Map<NameReader, Set<string>>;
}

/** Looks names up and keeps them for a while. Each reader gets the answers to its own questions. */
export class HostNames {
  /** In order of use: the first was not used for the longest time. */
  private readonly kept = new Map<string, Kept>();
  private readonly lookUps = new Map<string, LookUp>();
  private readonly waiting: LookUp[] = [];
  private running = 0;

  constructor(
    private readonly reverse: ReverseLookup,
    private readonly clock: Clock,
  ) {}

  /** @param answer is called later, once for each batch, until the reader leaves */
  reader(answer: (names: HostName[]) => void): NameReader {
    return new NameReader(this, this.clock, answer);
  }

  /** For NameReader: has the names of these addresses told to it. */
  ask(addresses: readonly string[], reader: NameReader): void {
    for (const address of addresses) {
      const canonical = canonicalAddress(address);
      const kept = canonical === null ? undefined : this.recall(canonical);
      if (canonical === null || NAMELESS.includes(addressClass(canonical))) reader.tell(address, null);
      else if (kept !== undefined) reader.tell(address, kept.name);
      else this.want(canonical, address, reader);
    }
    this.next();
  }

  /** For NameReader: what only it waits for is not looked up any more. */
  forget(reader: NameReader): void {
    for (const lookUp of this.lookUps.values()) lookUp.wanted.delete(reader);
  }

  private recall(address: string): Kept | undefined {
    const kept = this.kept.get(address);
    if (kept === undefined) return undefined;
    this.kept.delete(address);
    if (kept.until <= this.clock.now()) return undefined;
    this.kept.set(address, kept);
    return kept;
  }

  private keep(address: string, name: string | null): void {
    const until = this.clock.now() + (name === null ? KEPT_NAMELESS_MS : KEPT_MS);
    this.kept.set(address, { name, until });
    if (this.kept.size > MOST_KEPT) this.kept.delete(this.kept.keys().next().value!);
  }

  private want(address: string, spelling: string, reader: NameReader): void {
    let lookUp = this.lookUps.get(address);
    if (lookUp === undefined) {
      if (this.waiting.length >= MOST_WAITING) return reader.tell(spelling, null);
      lookUp = { address, wanted: new Map() };
      this.lookUps.set(address, lookUp);
      this.waiting.push(lookUp);
    }
    const spellings = lookUp.wanted.get(reader);
    if (spellings === undefined) lookUp.wanted.set(reader, new Set([spelling]));
    else spellings.add(spelling);
  }

  private next(): void {
    while (this.running < CONCURRENT) {
      const lookUp = this.waiting.shift();
      if (lookUp === undefined) return;
      if (lookUp.wanted.size === 0) this.lookUps.delete(lookUp.address);
      else void this.run(lookUp);
    }
  }

  private async run({ address, wanted }: LookUp): Promise<void> {
    this.running++;
    const name = await this.find(address);
    this.running--;
    this.lookUps.delete(address);
    this.keep(address, name);
    for (const [reader, spellings] of wanted) {
      for (const spelling of spellings) reader.tell(spelling, name);
    }
    this.next();
  }

  private async find(address: string): Promise<string | null> {
    const timeout = new AbortController();
    let cancel: () => void = () => undefined;
    const late = new Promise<readonly string[]>((resolve) => {
      cancel = this.clock.after(TIMEOUT_MS, () => {
        timeout.abort();
        resolve([]);
      });
    });
    try {
      // A server that is late may still be waited for by the resolver: the next in the queue need not.
      const names = await Promise.race([this.reverse(address, timeout.signal), late]);
      return names.map(hostName).find((name) => name !== null) ?? null;
    } catch {
      return null; // no such name, no server, nonsense from the server: all the same to who asked
    } finally {
      cancel();
    }
  }
}

/** One page's questions. */
export class NameReader {
  private names: HostName[] = [];
  private cancelBatch: (() => void) | null = null;
  private hasLeft = false;

  constructor(
    private readonly hosts: HostNames,
    private readonly clock: Clock,
    private readonly answer: (names: HostName[]) => void,
  ) {}

  ask(addresses: readonly string[]): void {
    if (!this.hasLeft) this.hosts.ask(addresses, this);
  }

  leave(): void {
    this.hasLeft = true;
    this.cancelBatch?.();
    this.hosts.forget(this);
  }

  tell(address: string, name: string | null): void {
    if (this.hasLeft) return;
    this.names.push({ address, name });
    this.cancelBatch ??= this.clock.after(BATCH_MS, () => {
      this.cancelBatch = null;
      this.answer(this.names.splice(0));
    });
  }
}

/**
 * A name as it may be shown, without the dot at its end; null of anything else. Whoever owns an address writes its PTR
 * record: only letters, digits, hyphens and underscores pass, and nothing that reads as an address (RFC 1123 2.1).
 */
export function hostName(text: string): string | null {
  const name = text.replace(/\.$/, '');
  if (name.length > 253 || !/^[\w-]{1,63}(\.[\w-]{1,63})*$/.test(name)) return null;
  return /(^|\.)\d+$/.test(name) ? null : name;
}
