const SPACE = 0x20;
const TAB = 0x09;
const NEWLINE = 0x0a;
const COLON = 0x3a;

/**
 * Reads the lines of a file in /proc, number by number, out of its bytes: no string is made. Once something is not as
 * expected, {@link failed} is true until the next line, and every number is 0.
 */
export class ProcLines {
  bytes: Uint8Array = new Uint8Array();
  /** Where the next field begins, or the space before it. */
  at = 0;
  /** The end of the line, without its newline. */
  end = 0;
  /** Counted from 1. */
  number = 0;
  failed = false;
  private following = 0;

  begin(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.number = 0;
    this.following = 0;
  }

  /** Goes to the next line; false where there is none, or none that ends: what was cut off is not read. */
  next(): boolean {
    const end = this.bytes.indexOf(NEWLINE, this.following);
    if (end < 0) return false;
    this.at = this.following;
    this.end = end;
    this.following = end + 1;
    this.number++;
    this.failed = false;
    return true;
  }

  skipSpaces(): void {
    while (this.at < this.end && this.isSpace()) this.at++;
  }

  /** Passes over a field, whatever it is. */
  skipWord(): void {
    this.wordHash();
  }

  /** A number made of a field's bytes (FNV-1a). */
  wordHash(): number {
    this.skipSpaces();
    const start = this.at;
    let hash = 0x811c9dc5;
    for (; this.at < this.end && !this.isSpace(); this.at++) {
      hash = Math.imul(hash ^ this.bytes[this.at]!, 0x01000193);
    }
    if (this.at === start) this.failed = true;
    return hash;
  }

  /** A hexadecimal number of at most 32 bits, up to a space, a colon or the end of the line. */
  hex(): number {
    this.skipSpaces();
    return this.digits(16, this.end);
  }

  /** Eight hexadecimal digits: the first ones of an address, or its next ones. */
  hexWord(): number {
    const end = this.at + 8;
    if (end > this.end) return this.fail();
    const value = this.digits(16, end);
    return this.at === end ? value : this.fail();
  }

  /** A hexadecimal number right behind a separator. */
  hexAfter(separator: ':'): number {
    if (this.bytes[this.at] !== separator.charCodeAt(0) || this.at >= this.end) return this.fail();
    this.at++;
    return this.digits(16, this.end);
  }

  /** A decimal number of at most 32 bits. */
  decimal(): number {
    this.skipSpaces();
    return this.digits(10, this.end);
  }

  private digits(base: 10 | 16, end: number): number {
    let value = 0;
    const start = this.at;
    for (; this.at < end; this.at++) {
      const digit = digitOf(this.bytes[this.at]!);
      if (digit >= base) break;
      value = base * value + digit;
      if (value > 0xffffffff) return this.fail();
    }
    if (this.at === start) return this.fail();
    const complete = this.at === end || this.isSpace() || this.bytes[this.at] === COLON;
    return complete && !this.failed ? value : this.fail();
  }

  private isSpace(): boolean {
    return this.bytes[this.at] === SPACE || this.bytes[this.at] === TAB;
  }

  private fail(): number {
    this.failed = true;
    return 0;
  }
}

/** The value of a digit; 16 for what is none. */
function digitOf(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  if (byte >= 0x41 && byte <= 0x46) return byte - 0x37;
  if (byte >= 0x61 && byte <= 0x66) return byte - 0x57;
  return 16;
}
