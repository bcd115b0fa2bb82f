/** What changed between two readings, by identity. */
import type { IdentityIndex } from './identityIndex';
import { COUNTERS } from './socket';
import { COLUMN_NAMES } from './socketTable';
import type { SocketTable } from './socketTable';

/** What a matched row cannot differ in, or is not told of. */
const CONSTANT: ReadonlySet<string> = new Set([
  ...['idHigh', 'idLow', 'namespace', 'protocol', 'family', 'type', 'createdAt', 'firstSeenAt'],
  // Follows from state and port; can only be set before the socket has its port.
  ...['hasRemote', 'dualStack'],
]);

/** Columns in which a changed row may differ and yet have only moved */
const MOVING: ReadonlySet<string> = new Set(COUNTERS);
/** In what a row differs: bits */
const MOVED = 1;
const CHANGED = 2;

/** Which rows of two readings are the same socket. */
export interface RowMatch {
  /** For each row of the new table, the row of the old one, or -1. Valid for the first `after.length` elements. */
  previous: Int32Array;
  /** Rows of the old table that are not in the new one. */
  removed: number[];
}

/** Row indexes: `removed` into the old table, the others into the new one. `moved` differ in {@link COUNTERS} alone. */
export interface TableDiff {
  added: number[];
  changed: number[];
  moved: number[];
  removed: number[];
}

/** Matches the rows of two readings, keeping its memory from one reading to the next. */
export class RowMatcher {
  private previous = new Int32Array(0);
  private kept = new Uint8Array(0);

  /** The index must have been built over `before`. The result is valid until the next call. */
  match(before: SocketTable, beforeIndex: IdentityIndex, after: SocketTable): RowMatch {
    if (this.previous.length < after.length) this.previous = new Int32Array(after.capacity);
    if (this.kept.length < before.length) this.kept = new Uint8Array(before.capacity);
    const { previous, kept } = this;
    kept.fill(0, 0, before.length);
    const { idHigh, idLow, namespace } = after.columns;
    const old = before.columns;
    // The OS lists its sockets in much the same order each time, so the next row is usually the next one again.
    let guess = 0;
    for (let row = 0; row < after.length; row++) {
      const isNext =
        guess < before.length &&
        old.idLow[guess] === idLow[row] &&
        old.idHigh[guess] === idHigh[row] &&
        old.namespace[guess] === namespace[row];
      const found = isNext ? guess : beforeIndex.find(idHigh[row]!, idLow[row]!, namespace[row]!);
      previous[row] = found;
      if (found >= 0) {
        kept[found] = 1;
        guess = found + 1;
      }
    }
    const removed: number[] = [];
    for (let row = 0; row < before.length; row++) if (kept[row] === 0) removed.push(row);
    return { previous, removed };
  }
}

/** Rows of both tables that follow each other in both: from `start` to `end` of the new one, `shift` further in the old. */
interface Run {
  start: number;
  end: number;
  shift: number;
}

/**
 * Compares two readings whose rows have been matched: everything but the identity, what cannot change without it, and the
 * time a row was first seen.
 *
 * It goes column by column through runs of rows that follow each other in both readings: such a loop is many times faster
 * than one over the fields of each row.
 */
export function diffTables(
  before: SocketTable,
  after: SocketTable,
  { previous, removed }: RowMatch,
): TableDiff {
  const runs = runsOf(previous, after.length);
  const different = new Uint8Array(after.length);
  for (const name of COLUMN_NAMES) {
    if (CONSTANT.has(name)) continue;
    const [old, now] = [before.columns[name], after.columns[name]];
    if (old instanceof Uint8Array) markBytes(different, runs, old, now as Uint8Array);
    else if (old instanceof Uint32Array) markWords(different, runs, old, now as Uint32Array);
    else markFloats(different, runs, old, now as Float64Array, MOVING.has(name) ? MOVED : CHANGED);
  }
  markAddresses(different, runs, before.addressWords, after.addressWords);
  markReferences(different, runs, before.localNames, after.localNames);
  markReferences(different, runs, before.remoteNames, after.remoteNames);
  markReferences(different, runs, before.holders, after.holders);
  const diff: TableDiff = { added: [], changed: [], moved: [], removed };
  for (let row = 0; row < after.length; row++) {
    if (previous[row]! < 0) diff.added.push(row);
    else if (different[row]! >= CHANGED) diff.changed.push(row);
    else if (different[row] === MOVED) diff.moved.push(row);
  }
  return diff;
}

function runsOf(previous: Int32Array, length: number): Run[] {
  const runs: Run[] = [];
  for (let start = 0; start < length;) {
    const shift = previous[start]! - start;
    let end = start + 1;
    if (previous[start]! >= 0) {
      while (end < length && previous[end] === end + shift) end++;
      runs.push({ start, end, shift });
    }
    start = end;
  }
  return runs;
}

function markBytes(different: Uint8Array, runs: readonly Run[], old: Uint8Array, now: Uint8Array): void {
  for (const { start, end, shift } of runs) {
    for (let row = start; row < end; row++) if (old[row + shift] !== now[row]) different[row] = CHANGED;
  }
}

// The same code, for another kind of array: one function for both would be slow with either.
function markWords(different: Uint8Array, runs: readonly Run[], old: Uint32Array, now: Uint32Array): void {
  for (const { start, end, shift } of runs) {
    for (let row = start; row < end; row++) if (old[row + shift] !== now[row]) different[row] = CHANGED;
  }
}

/** "Not known" (NaN) is equal to itself here. */
function markFloats(
  different: Uint8Array,
  runs: readonly Run[],
  old: Float64Array,
  now: Float64Array,
  as: number,
): void {
  for (const { start, end, shift } of runs) {
    for (let row = start; row < end; row++) {
      const a = old[row + shift]!;
      const b = now[row]!;
      if (a !== b && !(Number.isNaN(a) && Number.isNaN(b))) different[row]! |= as;
    }
  }
}

/** Eight words a row. */
function markAddresses(
  different: Uint8Array,
  runs: readonly Run[],
  old: Uint32Array,
  now: Uint32Array,
): void {
  for (const { start, end, shift } of runs) {
    for (let at = 8 * start; at < 8 * end; at += 8) {
      const was = at + 8 * shift;
      const isSame =
        old[was] === now[at] &&
        old[was + 1] === now[at + 1] &&
        old[was + 2] === now[at + 2] &&
        old[was + 3] === now[at + 3] &&
        old[was + 4] === now[at + 4] &&
        old[was + 5] === now[at + 5] &&
        old[was + 6] === now[at + 6] &&
        old[was + 7] === now[at + 7];
      if (!isSame) different[at >> 3] = CHANGED;
    }
  }
}

function markReferences(
  different: Uint8Array,
  runs: readonly Run[],
  old: readonly unknown[],
  now: readonly unknown[],
): void {
  for (const { start, end, shift } of runs) {
    for (let row = start; row < end; row++) if (old[row + shift] !== now[row]) different[row] = CHANGED;
  }
}
