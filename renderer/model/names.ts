import type { HostName, PageMessage } from '../../shared/contract';
import { MAX_RESOLVE } from '../../shared/contract';

/** More addresses than anybody scrolls past; the ones asked for longest ago are forgotten. */
const MOST_NAMES = 20_000;
/** ms; the engine itself knows better how long a name is good for, and answers from what it remembers. */
const GOOD_FOR = 10 * 60_000;
/** ms; what has no name may have one soon, or the answer was lost. */
const NAMELESS_FOR = 60_000;

interface Known {
  /** null: it has none, or none is known yet */
  name: string | null;
  askedAt: number;
}

/** The names of hosts, as far as they are known: asked of the engine for addresses on screen, and only while switched on. */
export class Names {
  private readonly known = new Map<string, Known>();
  private isOn = false;
  private readonly listeners = new Set<() => void>();
  private versionNumber = 0;

  constructor(
    private readonly send: (message: PageMessage) => void,
    private readonly now: () => number = Date.now,
  ) {}

  readonly version = (): number => this.versionNumber;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** The name of an address; null where it has none, none is known yet, or nothing is looked up. */
  get(address: string): string | null {
    return this.isOn ? (this.known.get(address)?.name ?? null) : null;
  }

  turn(on: boolean): void {
    if (on === this.isOn) return;
    this.isOn = on;
    this.changed();
  }

  /** These are on screen. Asks for those that have not been asked for of late. */
  want(addresses: Iterable<string | null>): void {
    if (!this.isOn) return;
    const now = this.now();
    const asked = new Set<string>();
    for (const address of addresses) {
      if (address === null) continue;
      const known = this.known.get(address);
      if (known === undefined || now - known.askedAt > goodFor(known)) asked.add(address);
    }
    const list = [...asked];
    for (const address of list) this.remember(address, this.known.get(address)?.name ?? null, now);
    for (let i = 0; i < list.length; i += MAX_RESOLVE) {
      this.send({ type: 'resolve', addresses: list.slice(i, i + MAX_RESOLVE) });
    }
  }

  received(names: readonly HostName[]): void {
    const now = this.now();
    let isNew = false;
    for (const { address, name } of names) {
      if ((this.known.get(address)?.name ?? null) !== name) isNew = true;
      this.remember(address, name, now);
    }
    if (isNew) this.changed();
  }

  /** Another engine answers from now on: what it was asked before is asked anew. */
  reconnected(): void {
    for (const known of this.known.values()) if (known.name === null) known.askedAt = -Infinity;
  }

  /** Another machine's engine answers from now on, which may know other hosts by the same addresses. */
  forget(): void {
    if (this.known.size === 0) return;
    this.known.clear();
    this.changed();
  }

  private remember(address: string, name: string | null, askedAt: number): void {
    this.known.delete(address);
    this.known.set(address, { name, askedAt });
    if (this.known.size > MOST_NAMES) this.known.delete(this.known.keys().next().value!);
  }

  private changed(): void {
    this.versionNumber++;
    for (const listener of this.listeners) listener();
  }
}

function goodFor({ name }: Known): number {
  return name === null ? NAMELESS_FOR : GOOD_FOR;
}
