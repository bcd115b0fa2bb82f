import { formatIPv4, formatIPv6 } from '../../shared/address';
import { MAIN_TABLES, stateCode } from '../../shared/socket';
import type { MainTable } from '../../shared/socket';
import type { SocketTable } from '../../shared/socketTable';

// An entry, in 32-bit words. The key: what makes a socket the same one in the next reading …
/** 0–7: local, then remote address, as in SocketTable.addresses */
const PORTS = 8;
const INTERFACE = 9;
const TIME_HIGH = 10;
const TIME_LOW = 11;
/** index into MAIN_TABLES */
const TABLE = 12;
/** 1, and counting up for rows that nothing else tells apart */
const ORDINAL = 13;
const KEY_WORDS = 14;
// … and what is remembered of it.
const ID_HIGH = 14;
const ID_LOW = 15;
/** The last reading of its table that it was seen in */
const SEEN = 16;
/** Of ordinal 1: how many rows had this key in that reading */
const ALIKE = 17;
const ENTRY_WORDS = 18;

const INITIAL_CAPACITY = 1024;
const TIME_WAIT = stateCode('TIME_WAIT');

/**
 * Windows names no socket: this gives each row its opaque 64-bit identity. Two rows are the same socket where protocol,
 * family, endpoints and create time are equal. PID and state are left out on purpose: a socket that goes to TIME_WAIT
 * reports PID 0, and is still that socket. Should it report no create time either, it is the one connection that the last
 * reading had with its endpoints, where there was exactly one.
 *
 * Rows without remote endpoint may be alike in all of this (UDP sockets that share a port, unbound sockets): they are
 * numbered in order of appearance, so when the first of them closes, the second takes its place. A connection is unique
 * by its endpoints: listed twice in a reading, it is one socket that moved, and gets one identity.
 *
 * Keys are interned: the same key has the same number in every later reading, no number is given twice, and a key that
 * was missing from the last `keepReadings` readings of its table is forgotten. Each table is counted on its own, so that
 * one that cannot be read for a while forgets nothing.
 *
 * Entries lie in one typed array, in order of their numbers, found through an open-addressing table: no object and no
 * string per row.
 */
export class RowIdentities {
  private words = new Uint32Array(ENTRY_WORDS * INITIAL_CAPACITY);
  private bytes = new Uint8Array(this.words.buffer);
  private count = 0;
  /** Offsets into `words`, twice as many as it has entries; -1 = free. */
  private slots = new Int32Array(2 * INITIAL_CAPACITY).fill(-1);
  /** The current reading of each table, from 1. */
  private readonly readings = new Uint32Array(MAIN_TABLES.length);
  /** Of each table the last readings that count, the oldest first */
  private readonly counted: number[][] = MAIN_TABLES.map(() => []);
  private table = 0;
  /** The entry behind the last one that was found: the system lists its sockets in much the same order each time. */
  private guess = 0;
  private nextId = 1;

  /** A removed row's id is still asked for when the reading that misses it is compared: keep at least 2. */
  constructor(private readonly keepReadings = 2) {}

  /** How many keys are remembered. */
  get size(): number {
    return this.count;
  }

  /**
   * Begins a reading of one table; every row of that table is given to {@link identify} before another one is begun. A look
   * between two readings, which is to age nothing, is begun and not ended.
   */
  beginReading(name: MainTable): void {
    this.table = MAIN_TABLES.indexOf(name);
    this.readings[this.table]!++;
    this.guess = 0;
  }

  /** Sets the identity of a row whose other columns are filled. Create time: the halves of a FILETIME, 0 = unknown. */
  identify(table: SocketTable, row: number, timeHigh: number, timeLow: number): void {
    const reading = this.readings[this.table]!;
    const { hasRemote, state } = table.columns;
    let entry = this.guess;
    const isLeftOver = state[row] === TIME_WAIT && timeHigh === 0 && timeLow === 0 && hasRemote[row] !== 0;
    if (isLeftOver || !this.isAt(entry, table, row, timeHigh, timeLow)) {
      this.writeKey(table, row, timeHigh, timeLow);
      const only = isLeftOver ? this.onlyWithSameEnds(reading - 1) : -1;
      entry = only >= 0 ? only : this.intern();
    }
    if (hasRemote[row] === 0) {
      const first = entry;
      const alike = this.words[first + SEEN] === reading ? this.words[first + ALIKE]! + 1 : 1;
      this.words[first + ALIKE] = alike;
      if (alike > 1) {
        const fresh = ENTRY_WORDS * this.count;
        this.words.copyWithin(fresh, first, first + KEY_WORDS);
        this.words[fresh + ORDINAL] = alike;
        entry = this.intern();
      }
    }
    this.guess = entry + ENTRY_WORDS;
    this.words[entry + SEEN] = reading;
    table.columns.idHigh[row] = this.words[entry + ID_HIGH]!;
    table.columns.idLow[row] = this.words[entry + ID_LOW]!;
  }

  /** Ends the last reading of a table: forgets the keys of that table that have been missing for too long. */
  endReading(name: MainTable): void {
    const { words } = this;
    const table = MAIN_TABLES.indexOf(name);
    const counted = this.counted[table]!;
    if (counted.length === this.keepReadings) counted.shift();
    counted.push(this.readings[table]!);
    const oldest = counted.length === this.keepReadings ? counted[0]! : 0;
    const end = ENTRY_WORDS * this.count;
    let kept = 0;
    for (let entry = 0; entry < end; entry += ENTRY_WORDS) {
      if (words[entry + TABLE] === table && words[entry + SEEN]! < oldest) continue;
      if (entry !== kept) words.copyWithin(kept, entry, entry + ENTRY_WORDS);
      kept += ENTRY_WORDS;
    }
    if (kept === end) return;
    this.count = kept / ENTRY_WORDS;
    this.index();
  }

  /**
   * The identity as text: `tcp4-127.0.0.1:80-10.0.0.9:51122-01d9a1b2c3d4e5f6`, `udp6-if7-fe80::1:5353~2`. It is the key,
   * so another run of the program says the same of the same socket; its characters need no quoting in a URL or a shell.
   * It is compared, never parsed. Null where the number was never given, or is forgotten.
   */
  idText(high: number, low: number): string | null {
    const { words } = this;
    const entry = this.find(high * 2 ** 32 + low);
    if (entry < 0) return null;
    const table = MAIN_TABLES[words[entry + TABLE]!]!;
    const formatAddress = table.endsWith('4') ? formatIPv4 : formatIPv6;
    const ports = words[entry + PORTS]!;
    const parts: string[] = [table];
    if (words[entry + INTERFACE] !== 0) parts.push(`if${words[entry + INTERFACE]}`);
    parts.push(`${formatAddress(this.bytes, 4 * entry)}:${ports & 0xffff}`);
    if (this.hasRemote(entry)) parts.push(`${formatAddress(this.bytes, 4 * entry + 16)}:${ports >>> 16}`);
    const timeHigh = words[entry + TIME_HIGH]!;
    const timeLow = words[entry + TIME_LOW]!;
    if (timeHigh !== 0 || timeLow !== 0) parts.push(hex(timeHigh) + hex(timeLow));
    const ordinal = words[entry + ORDINAL]!;
    return parts.join('-') + (ordinal > 1 ? `~${ordinal}` : '');
  }

  /** Whether this entry's key is that of the row, with ordinal 1. */
  private isAt(entry: number, table: SocketTable, row: number, timeHigh: number, timeLow: number): boolean {
    const { words } = this;
    const { addressWords } = table;
    const { localPort, remotePort, interfaceIndex } = table.columns;
    if (entry >= ENTRY_WORDS * this.count) return false;
    for (let i = 0; i < 8; i++) if (words[entry + i] !== addressWords[8 * row + i]) return false;
    return (
      words[entry + PORTS] === (localPort[row]! | (remotePort[row]! << 16)) >>> 0 &&
      words[entry + INTERFACE] === interfaceIndex[row] &&
      words[entry + TIME_HIGH] === timeHigh &&
      words[entry + TIME_LOW] === timeLow &&
      words[entry + TABLE] === this.table &&
      words[entry + ORDINAL] === 1
    );
  }

  /** Writes a row's key, with ordinal 1, behind the last entry. */
  private writeKey(table: SocketTable, row: number, timeHigh: number, timeLow: number): void {
    const { words } = this;
    const { addressWords } = table;
    const { localPort, remotePort, interfaceIndex } = table.columns;
    const fresh = ENTRY_WORDS * this.count;
    for (let i = 0; i < 8; i++) words[fresh + i] = addressWords[8 * row + i]!;
    words[fresh + PORTS] = localPort[row]! | (remotePort[row]! << 16);
    words[fresh + INTERFACE] = interfaceIndex[row]!;
    words[fresh + TIME_HIGH] = timeHigh;
    words[fresh + TIME_LOW] = timeLow;
    words[fresh + TABLE] = this.table;
    words[fresh + ORDINAL] = 1;
  }

  /** Finds the entry of the key just written behind the last entry, or makes that the entry. Returns its offset. */
  private intern(): number {
    const fresh = ENTRY_WORDS * this.count;
    const mask = this.slots.length - 1;
    let slot = this.hash(fresh) & mask;
    for (; this.slots[slot]! >= 0; slot = (slot + 1) & mask) {
      if (this.sameKey(this.slots[slot]!, fresh)) return this.slots[slot]!;
    }
    this.slots[slot] = fresh;
    this.words[fresh + ID_HIGH] = Math.floor(this.nextId / 2 ** 32);
    this.words[fresh + ID_LOW] = this.nextId;
    this.words[fresh + SEEN] = this.words[fresh + ALIKE] = 0;
    this.nextId++;
    this.count++;
    if (ENTRY_WORDS * this.count === this.words.length) this.grow();
    return fresh;
  }

  /** The one connection seen since then that has the ends of the key just written, whatever its create time; -1 where none or several have. */
  private onlyWithSameEnds(since: number): number {
    const { slots, words } = this;
    const fresh = ENTRY_WORDS * this.count;
    const mask = slots.length - 1;
    let only = -1;
    for (let slot = this.hash(fresh) & mask; slots[slot]! >= 0; slot = (slot + 1) & mask) {
      const entry = slots[slot]!;
      if (words[entry + SEEN]! < since || !this.sameEnds(entry, fresh)) continue;
      if (only >= 0) return -1;
      only = entry;
    }
    return only;
  }

  private sameKey(a: number, b: number): boolean {
    const { words } = this;
    return (
      words[a + TIME_LOW] === words[b + TIME_LOW] &&
      words[a + TIME_HIGH] === words[b + TIME_HIGH] &&
      this.sameEnds(a, b)
    );
  }

  /** Whether two keys are the same but for the create time. */
  private sameEnds(a: number, b: number): boolean {
    const { words } = this;
    for (let i = 0; i < KEY_WORDS; i++) {
      if (words[a + i] !== words[b + i] && i !== TIME_HIGH && i !== TIME_LOW) return false;
    }
    return true;
  }

  /**
   * MurmurHash3 (32 bit) over the words of the key. Those of a connection go without its create time, so that all with the same ends
   * are found together: there are never more than the readings that are kept. Sockets without a peer can share a port in any number.
   */
  private hash(entry: number): number {
    const { words } = this;
    let h = 0;
    const isConnection = this.hasRemote(entry);
    for (let i = 0; i < KEY_WORDS; i++) {
      if (isConnection && (i === TIME_HIGH || i === TIME_LOW)) continue;
      let k = Math.imul(words[entry + i]!, 0xcc9e2d51);
      k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
      h ^= k;
      h = Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64;
    }
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return h ^ (h >>> 16);
  }

  private grow(): void {
    const larger = new Uint32Array(2 * this.words.length);
    larger.set(this.words);
    this.words = larger;
    this.bytes = new Uint8Array(larger.buffer);
    this.slots = new Int32Array(2 * this.slots.length);
    this.index();
  }

  private index(): void {
    this.slots.fill(-1);
    const mask = this.slots.length - 1;
    for (let entry = 0; entry < ENTRY_WORDS * this.count; entry += ENTRY_WORDS) {
      let slot = this.hash(entry) & mask;
      while (this.slots[slot]! >= 0) slot = (slot + 1) & mask;
      this.slots[slot] = entry;
    }
  }

  /** Binary search: entries are in order of their numbers. Returns the offset, or -1. */
  private find(id: number): number {
    let low = 0;
    let high = this.count - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const entry = ENTRY_WORDS * middle;
      const other = this.words[entry + ID_HIGH]! * 2 ** 32 + this.words[entry + ID_LOW]!;
      if (other === id) return entry;
      if (other < id) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  private hasRemote(entry: number): boolean {
    if (this.words[entry + PORTS]! >>> 16 !== 0) return true;
    for (let i = 4; i < 8; i++) if (this.words[entry + i] !== 0) return true;
    return false;
  }
}

function hex(word: number): string {
  return word.toString(16).padStart(8, '0');
}
