/**
 * npm run bench:decode: Windows' tables decoded by hand, against koffi's own decoding of the same buffers in the same run.
 * By hand means all of it: rows in a table, their identities found again. Pure bytes, so it runs on every system.
 */
import fs from 'node:fs';
import { decodeTable } from '../native/windows/tables';
import { koffiDecoder } from '../native/windows/fixtures/koffiTable';
import { largeTable } from '../native/windows/fixtures/largeTable';
import { RowIdentities } from '../native/windows/identity';
import type { TableClass } from '../native/windows/tableLayouts';
import { MAIN_TABLES } from '../shared/socket';
import type { MainTable } from '../shared/socket';
import { SocketTable } from '../shared/socketTable';
import { parseDecode, UsageError } from './options';
import { median } from './summary';

/** This part of koffi's time is to be enough. */
const BAR = 1 / 10;
/** Not measured: until both are compiled. */
const WARM_UP = 20;

interface Figures {
  table: MainTable;
  class: TableClass;
  rows: number;
  /** ms, medians */
  byHandMs: number;
  koffiMs: number;
  ratio: number;
}

function measure(table: MainTable, tableClass: TableClass, rows: number, rounds: number): Figures {
  const bytes = largeTable(table, tableClass, rows);
  const identities = new RowIdentities();
  const into = new SocketTable();
  const byHand = (): number => {
    into.clear();
    return decodeTable(bytes, bytes.length, table, tableClass, into, identities);
  };
  const decode = koffiDecoder(table, tableClass, rows);
  check(into, byHand(), decode(bytes), rows);

  const ours: number[] = [];
  const koffis: number[] = [];
  // In turn, so that whatever else the machine does meets both.
  for (let round = -WARM_UP; round < rounds; round++) {
    const start = performance.now();
    byHand();
    const middle = performance.now();
    decode(bytes);
    const end = performance.now();
    if (round < 0) continue;
    ours.push(middle - start);
    koffis.push(end - middle);
  }
  const [byHandMs, koffiMs] = [median(ours), median(koffis)];
  return { table, class: tableClass, rows, byHandMs, koffiMs, ratio: byHandMs / koffiMs };
}

/** Both have read the same: a time of something else says nothing. */
function check(
  into: SocketTable,
  count: number,
  decoded: readonly Record<string, unknown>[],
  rows: number,
): void {
  const { tablePid } = into.columns;
  const isSame = count === rows && decoded.length === rows;
  if (isSame && decoded.every(({ dwOwningPid }, row) => dwOwningPid === tablePid[row])) return;
  throw new Error('The two decoders disagree.');
}

function line({ table, class: tableClass, byHandMs, koffiMs, ratio }: Figures): string {
  const cells = [byHandMs.toFixed(2), koffiMs.toFixed(2), `1/${(1 / ratio).toFixed(1)}`];
  return `${table} ${tableClass}`.padEnd(20) + cells.map((cell) => cell.padStart(12)).join('');
}

function main(): boolean {
  const { rows, rounds, json } = parseDecode(process.argv.slice(2));
  console.log(`${rows} rows, medians of ${rounds} rounds, ms\n`);
  console.log(''.padEnd(20) + ['by hand', 'koffi', 'ratio'].map((title) => title.padStart(12)).join(''));
  const classes: readonly TableClass[] = ['owner-module', 'owner-pid'];
  const figures = classes.flatMap((tableClass) =>
    MAIN_TABLES.map((table) => {
      const measured = measure(table, tableClass, rows, rounds);
      console.log(line(measured));
      return measured;
    }),
  );
  if (json !== null) fs.writeFileSync(json, `${JSON.stringify({ rounds, figures }, null, 2)}\n`);
  // The product reads this class; the other is shown beside it.
  const missed = figures.filter((each) => each.class === 'owner-module' && each.ratio > BAR);
  console.log(`\nAt most 1/10 of koffi.decode (owner-module): ${missed.length === 0 ? 'reached' : 'MISSED'}`);
  return missed.length === 0;
}

try {
  if (!main()) process.exitCode = 1;
} catch (error) {
  console.error(error instanceof UsageError ? error.message : error);
  process.exitCode = 1;
}
