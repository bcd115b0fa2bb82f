import { stateCode } from '../shared/socket';
import type { SocketTable } from '../shared/socketTable';

const LISTEN = stateCode('LISTEN');
/** In place of the family: an IPv6 listener on any address, where it serves IPv4 */
const DUAL = 46;
const ANY_ADDRESS = new Uint32Array(4);

/**
 * Finds the listening socket that accepted a connection, by its local endpoint: an open-addressing table, so that asking
 * makes no object, and costs the same however many listen on one port.
 */
export class ListenerIndex {
  /** The last place on each endpoint; -1 where a slot is free. Made when it is first needed. */
  private slots: Int32Array | null = null;
  /** A listener's row, the family it is found by, and the place before on the same endpoint or -1 */
  private readonly rows: number[] = [];
  private readonly families: number[] = [];
  private readonly others: number[] = [];
  /** A bit for each port that anybody listens on: most connections have another */
  private readonly ports = new Uint8Array(65_536 / 8);

  constructor(private readonly table: SocketTable) {}

  /** Whether any listener may have accepted this connection: one on its local address and port, or on the wildcard. */
  has(connections: SocketTable, row: number): boolean {
    if (!this.isPort(connections.columns.localPort[row]!)) return false;
    return (
      this.exact(connections, row) >= 0 ||
      this.open(connections, row) >= 0 ||
      this.dual(connections, row) >= 0
    );
  }

  /**
   * The row of the listener on this connection's local address and port, exact before wildcard; -1 where there is none, or
   * several (SO_REUSEPORT), any of which may have accepted it.
   */
  find(connections: SocketTable, row: number): number {
    if (!this.isPort(connections.columns.localPort[row]!)) return -1;
    const exact = this.exact(connections, row);
    if (exact >= 0) return this.only(exact);
    const open = this.open(connections, row);
    const dual = this.dual(connections, row);
    return open >= 0 && dual >= 0 ? -1 : this.only(open >= 0 ? open : dual);
  }

  /** The row of the listener at this place, where nobody else is on its endpoint. */
  private only(place: number): number {
    return place < 0 || this.others[place]! >= 0 ? -1 : this.rows[place]!;
  }

  private exact(connections: SocketTable, row: number): number {
    return this.placeOf(
      connections,
      row,
      connections.columns.family[row]!,
      connections.addressWords,
      8 * row,
    );
  }

  private open(connections: SocketTable, row: number): number {
    return this.placeOf(connections, row, connections.columns.family[row]!, ANY_ADDRESS, 0);
  }

  /** Those of IPv6 are {@link open} to its own connections. */
  private dual(connections: SocketTable, row: number): number {
    return connections.columns.family[row] === 6 ? -1 : this.placeOf(connections, row, DUAL, ANY_ADDRESS, 0);
  }

  private isPort(port: number): boolean {
    this.slots ??= this.index();
    return (this.ports[(port & 0xffff) >> 3]! & (1 << (port & 7))) !== 0;
  }

  /** The last place of those who listen on this address, on a connection's port, protocol and namespace; or -1. */
  private placeOf(
    { columns }: SocketTable,
    row: number,
    family: number,
    words: Uint32Array,
    at: number,
  ): number {
    const slots = this.slots!;
    const mine = this.table.columns;
    const own = this.table.addressWords;
    const [port, protocol, namespace] = [
      columns.localPort[row]!,
      columns.protocol[row]!,
      columns.namespace[row]!,
    ];
    const mask = slots.length - 1;
    for (let slot = hash(words, at, port, family ^ namespace) & mask; ; slot = (slot + 1) & mask) {
      const place = slots[slot]!;
      if (place < 0) return -1;
      const listener = this.rows[place]!;
      const isSame =
        mine.localPort[listener] === port &&
        this.families[place] === family &&
        mine.protocol[listener] === protocol &&
        mine.namespace[listener] === namespace &&
        own[8 * listener] === words[at] &&
        own[8 * listener + 1] === words[at + 1] &&
        own[8 * listener + 2] === words[at + 2] &&
        own[8 * listener + 3] === words[at + 3];
      if (isSame) return place;
    }
  }

  private index(): Int32Array {
    const { table } = this;
    const { state, family, dualStack, localPort } = table.columns;
    for (let row = 0; row < table.length; row++) {
      if (state[row] !== LISTEN) continue;
      this.rows.push(row);
      this.families.push(family[row]!);
      if (dualStack[row] !== 2 || !isAny(table, row)) continue;
      this.rows.push(row);
      this.families.push(DUAL);
    }
    let size = 16;
    while (size < 2 * this.rows.length) size *= 2;
    this.slots = new Int32Array(size).fill(-1);
    for (const [place, row] of this.rows.entries()) this.add(place, localPort[row]!, row);
    return this.slots;
  }

  private add(place: number, port: number, row: number): void {
    const slots = this.slots!;
    const family = this.families[place]!;
    const mask = slots.length - 1;
    const other = this.placeOf(this.table, row, family, this.table.addressWords, 8 * row);
    const namespace = this.table.columns.namespace[row]!;
    this.others.push(other);
    this.ports[(port & 0xffff) >> 3]! |= 1 << (port & 7);
    let slot = hash(this.table.addressWords, 8 * row, port, family ^ namespace) & mask;
    while (slots[slot] !== other) slot = (slot + 1) & mask;
    slots[slot] = place;
  }
}

function isAny({ addressWords }: SocketTable, row: number): boolean {
  return [0, 1, 2, 3].every((i) => addressWords[8 * row + i] === 0);
}

/** Folded as identities are (identityIndex.ts). */
function hash(words: Uint32Array, at: number, port: number, seed: number): number {
  let h = port ^ Math.imul(seed, 0x85ebca6b);
  for (let i = at; i < at + 4; i++) h = Math.imul(h ^ words[i]!, 0x9e3779b1) ^ (h >>> 15);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
