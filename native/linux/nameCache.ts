/** What a key's bytes read as. Its identity tells kinds of names apart that have the same bytes. */
export type NameReader = (key: Uint8Array) => string;

const FEWEST_NAMES = 512;
/** A name that so many dumps in a row did not hold is forgotten; each network namespace has a dump of its own. */
const KEPT_DUMPS = 16;
/** After so many dumps the forgotten ones are looked for in any case. */
const SWEEP_DUMPS = 64;

/**
 * The text of names that come as bytes, made once: a dump in which nothing changed makes no string. Bounded by what the
 * last dumps held.
 */
export class NameCache {
  private slots = new Int32Array(2 * FEWEST_NAMES).fill(-1);
  private keys: Uint8Array[] = [];
  private hashes: number[] = [];
  private readers: NameReader[] = [];
  private texts: string[] = [];
  /** The dump that last held the name. */
  private used: number[] = [];
  private dump = 0;
  /** How many names there may be before the forgotten ones are looked for. */
  private limit = FEWEST_NAMES;
  private readonly number = new Uint32Array(1);
  private readonly numberBytes = new Uint8Array(this.number.buffer);

  get size(): number {
    return this.texts.length;
  }

  /** The name that `read` makes of the bytes [start, end). */
  of(bytes: Uint8Array, start: number, end: number, read: NameReader): string {
    const hash = hashOf(bytes, start, end);
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    for (; this.slots[slot]! >= 0; slot = (slot + 1) & mask) {
      const entry = this.slots[slot]!;
      if (this.hashes[entry] !== hash || this.readers[entry] !== read) continue;
      if (!sameBytes(this.keys[entry]!, bytes, start, end)) continue;
      this.used[entry] = this.dump;
      return this.texts[entry]!;
    }
    const key = bytes.slice(start, end);
    const text = read(key);
    this.slots[slot] = this.add(key, hash, read, text, this.dump);
    if (this.texts.length * 2 > this.slots.length) this.index(2 * this.slots.length);
    return text;
  }

  /** The name that `read` makes of a number, given as its four bytes. */
  ofNumber(number: number, read: NameReader): string {
    this.number[0] = number;
    return this.of(this.numberBytes, 0, 4, read);
  }

  /** To be called after each dump: forgets what has long been gone. */
  endDump(): void {
    this.dump++;
    if (this.texts.length <= this.limit && this.dump % SWEEP_DUMPS !== 0) return;
    const { keys, hashes, readers, texts, used } = this;
    this.keys = [];
    this.hashes = [];
    this.readers = [];
    this.texts = [];
    this.used = [];
    for (let i = 0; i < texts.length; i++) {
      if (this.dump - used[i]! <= KEPT_DUMPS)
        this.add(keys[i]!, hashes[i]!, readers[i]!, texts[i]!, used[i]!);
    }
    this.limit = Math.max(FEWEST_NAMES, 2 * this.texts.length);
    let size = 2 * FEWEST_NAMES;
    while (size < 2 * this.texts.length) size *= 2;
    this.index(size);
  }

  private add(key: Uint8Array, hash: number, reader: NameReader, text: string, used: number): number {
    this.hashes.push(hash);
    this.readers.push(reader);
    this.texts.push(text);
    this.used.push(used);
    return this.keys.push(key) - 1;
  }

  private index(size: number): void {
    this.slots = new Int32Array(size).fill(-1);
    for (let entry = 0; entry < this.hashes.length; entry++) {
      let slot = this.hashes[entry]! & (size - 1);
      while (this.slots[slot]! >= 0) slot = (slot + 1) & (size - 1);
      this.slots[slot] = entry;
    }
  }
}

/** FNV-1a, folded so that the low bits, which choose the slot, depend on all. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

function sameBytes(key: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (key.length !== end - start) return false;
  for (let i = 0; i < key.length; i++) if (key[i] !== bytes[start + i]) return false;
  return true;
}
