/** Text of Windows: UTF-16 that anybody may have written. What is no valid text reads as U+FFFD, and nothing beyond its bytes is read. */

// A byte order mark at its beginning is a character like any other.
const decoder = new TextDecoder('utf-16le', { ignoreBOM: true });

/** Text for Windows, with the zero at its end. */
export function toUtf16(text: string): Buffer {
  return Buffer.from(`${text}\0`, 'utf16le');
}

/** The characters [start, end) as far as they are there, up to the first zero. */
export function readUtf16(text: Uint16Array, start: number, end: number): string {
  return decodeUtf16(new Uint8Array(text.buffer, text.byteOffset, text.byteLength), 2 * start, 2 * end);
}

/** The characters in the bytes [start, end), as far as they are there, up to the first zero; a half character at the end is left out. */
export function decodeUtf16(bytes: Uint8Array, start: number, end: number): string {
  const last = Math.min(end, bytes.length) - 1;
  let stop = Math.max(start, 0);
  const first = stop;
  while (stop < last && (bytes[stop] !== 0 || bytes[stop + 1] !== 0)) stop += 2;
  return first >= stop ? '' : decoder.decode(bytes.subarray(first, stop));
}
