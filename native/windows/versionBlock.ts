/**
 * The version resource of a program's file, VS_VERSIONINFO, from its bytes. Whoever wrote the file wrote these, too: every length is
 * checked against the block around it, and nothing is followed but offsets that grow.
 * https://learn.microsoft.com/windows/win32/menurc/vs-versioninfo
 */
import { decodeUtf16 } from './utf16';

export interface VersionStrings {
  company: string | null;
  product: string | null;
  description: string | null;
  version: string | null;
}

export const NO_VERSION: VersionStrings = { company: null, product: null, description: null, version: null };

/** wLength, wValueLength, wType; then the key */
const HEADER = 6;
/** Blocks in one block, and characters of one text, that are looked at */
const MOST_BLOCKS = 256;
const LONGEST_TEXT = 512;
/** VS_FIXEDFILEINFO: dwSignature 0, dwFileVersionMS 8, dwFileVersionLS 12 (verrsrc.h) */
const FIXED = { size: 52, signature: 0xfeef04bd, versionHigh: 8, versionLow: 12 } as const;

/** One block of the tree: all of them are made alike. Offsets into the bytes. */
interface Block {
  key: string;
  /** where its value begins */
  value: number;
  /** as the block says: bytes, or characters where it is text */
  valueLength: number;
  end: number;
}

/** What a version resource says, as GetFileVersionInfoW hands it over; nothing where it makes no sense. */
export function parseVersionInfo(bytes: Uint8Array): VersionStrings {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const root = blockAt(bytes, view, 0, bytes.length);
  if (root === null || root.key !== 'VS_VERSION_INFO') return NO_VERSION;
  const inner = blocksIn(bytes, view, align(root.value + root.valueLength), root.end);
  const tables = inner
    .filter(({ key }) => key === 'StringFileInfo')
    .flatMap(({ value, end }) => blocksIn(bytes, view, value, end));
  const chosen = translations(view, inner, bytes).map((wanted) =>
    tables.find(({ key }) => key.toLowerCase() === wanted),
  );
  // Not every file names the language that it has.
  const table = chosen.find((each) => each !== undefined) ?? tables[0];
  const strings = new Map<string, string>();
  if (table !== undefined)
    for (const each of blocksIn(bytes, view, table.value, table.end))
      strings.set(each.key.toLowerCase(), text(bytes, each));
  return {
    company: strings.get('companyname') || null,
    product: strings.get('productname') || null,
    description: strings.get('filedescription') || null,
    version: strings.get('fileversion') || fixedVersion(view, root),
  };
}

function align(offset: number): number {
  return (offset + 3) & ~3;
}

/** The block at an offset, if it lies whole before `limit`. */
function blockAt(bytes: Uint8Array, view: DataView, at: number, limit: number): Block | null {
  if (at + HEADER > limit) return null;
  const length = view.getUint16(at, true);
  const end = at + length;
  if (length < HEADER || end > limit) return null;
  const key = decodeUtf16(bytes, at + HEADER, end);
  // A zero ends the key. What U+FFFD stands for is one unit each: the length stays the same, or the key is none of ours.
  const value = Math.min(align(at + HEADER + 2 * (key.length + 1)), end);
  return { key, value, valueLength: view.getUint16(at + 2, true), end };
}

function blocksIn(bytes: Uint8Array, view: DataView, start: number, end: number): Block[] {
  const blocks: Block[] = [];
  for (let at = start; blocks.length < MOST_BLOCKS;) {
    const block = blockAt(bytes, view, at, end);
    if (block === null) break;
    blocks.push(block);
    at = align(block.end);
  }
  return blocks;
}

/** The keys of the string tables that \VarFileInfo\Translation names: language and code page, in hexadecimal. */
function translations(view: DataView, inner: readonly Block[], bytes: Uint8Array): string[] {
  return inner
    .filter(({ key }) => key === 'VarFileInfo')
    .flatMap(({ value, end }) => blocksIn(bytes, view, value, end))
    .filter(({ key }) => key === 'Translation')
    .flatMap(({ value, valueLength, end }) => {
      const keys: string[] = [];
      const stop = Math.min(value + valueLength, end);
      for (let at = value; at + 4 <= stop && keys.length < MOST_BLOCKS; at += 4)
        keys.push(hex4(view.getUint16(at, true)) + hex4(view.getUint16(at + 2, true)));
      return keys;
    });
}

function hex4(number: number): string {
  return number.toString(16).padStart(4, '0');
}

/**
 * A string's value, without the blanks around it. Its length is not taken at its word: some compilers count bytes where characters
 * are meant. The block's end and the first zero bound it.
 */
function text(bytes: Uint8Array, { value, end, valueLength }: Block): string {
  if (valueLength === 0) return '';
  return decodeUtf16(bytes, value, Math.min(end, value + 2 * LONGEST_TEXT)).trim();
}

/** `1.2.3.4`, of a file without text for it */
function fixedVersion(view: DataView, { value, valueLength, end }: Block): string | null {
  if (valueLength < FIXED.size || value + FIXED.size > end) return null;
  if (view.getUint32(value, true) !== FIXED.signature) return null;
  const parts = [FIXED.versionHigh, FIXED.versionLow].flatMap((at) => [
    view.getUint16(value + at + 2, true),
    view.getUint16(value + at, true),
  ]);
  return parts.some((part) => part !== 0) ? parts.join('.') : null;
}
