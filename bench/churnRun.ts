/** An engine at one second under a load that never rests, checked at each reading and in moments of quiet. */
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createEngine } from '../engine';
import { asSets, runSs } from '../native/linux/fixtures/stage';
import { channelPair } from '../shared/channel';
import { ChurnPage } from './churnPage';
import { Load } from './load';
import type { LoadOptions } from './load';

/** In a moment of quiet, an owner may take so many readings to be found. */
const QUIET_READINGS = 3;

/** What was seen in one moment of quiet. */
export interface Checkpoint {
  /** s since the start */
  at: number;
  sockets: number;
  timeWait: number;
  /** Private memory, MB */
  privateMb: number;
  fds: number;
}

export interface ChurnReport {
  readings: number;
  vanished: number;
  untold: number;
  missedEvents: number;
  shortLived: number;
  checkpoints: Checkpoint[];
  violations: string[];
}

export interface ChurnRunOptions {
  python: string;
  load: LoadOptions;
  seconds: number;
  secondsBetweenCheckpoints: number;
  /** Called before memory is looked at, to leave no garbage in it. */
  collectGarbage(): void;
  /** Called after each checkpoint. */
  progress(checkpoint: Checkpoint, page: ChurnPage): void;
}

export async function runChurn(options: ChurnRunOptions): Promise<ChurnReport> {
  const load = await Load.start(options.python, options.load);
  const engine = createEngine(null);
  try {
    engine.start();
    const [engineEnd, pageEnd] = channelPair();
    engine.serve(engineEnd);
    const page = new ChurnPage(pageEnd);
    const start = performance.now();
    const passed = (): number => (performance.now() - start) / 1000;
    const checkpoints: Checkpoint[] = [];
    while (passed() < options.seconds && page.violations.length === 0) {
      await sleep(1000 * options.secondsBetweenCheckpoints);
      const [sockets, timeWait] = await checkQuietly(load, page);
      options.collectGarbage();
      const fds = fs.readdirSync('/proc/self/fd').length;
      const checkpoint = { at: passed(), sockets, timeWait, privateMb: privateMb(), fds };
      checkpoints.push(checkpoint);
      options.progress(checkpoint, page);
    }
    return {
      readings: page.readings,
      vanished: page.vanished,
      untold: page.untold,
      missedEvents: page.status!.missedEvents,
      shortLived: page.shortLived,
      checkpoints,
      violations: page.violations,
    };
  } finally {
    engine.dispose();
    await load.end();
  }
}

/** Stops the churn, and compares the page's rows, their owners included, with what `ss` says. */
async function checkQuietly(load: Load, page: ChurnPage): Promise<[sockets: number, timeWait: number]> {
  const opened = await load.pause();
  for (let reading = 0; reading < QUIET_READINGS; reading++) await page.refresh();
  const before = [...runSs(4), ...runSs(6)];
  await page.refresh();
  // ss names no owner of what has lost it; SocketScope says whose it was.
  const rows = [...page.rows.values()].map((row) => (row.owner === 'known' ? row : { ...row, pid: null }));
  const after = [...runSs(4), ...runSs(6)];
  const [mine, theirsBefore] = asSets(rows, before).map((texts) => new Set(texts)) as [
    Set<string>,
    Set<string>,
  ];
  const theirsAfter = new Set(asSets(rows, after)[1]);
  // TIME_WAITs end all the time: a row must be in one of the two lists, and what is in both must be a row.
  for (const text of mine) {
    if (!theirsBefore.has(text) && !theirsAfter.has(text)) page.report(`ss does not know ${text}`);
  }
  for (const text of theirsBefore) {
    if (theirsAfter.has(text) && !mine.has(text)) page.report(`only ss knows ${text}`);
  }
  const timeWait = rows.filter(({ state }) => state === 'TIME_WAIT').length;
  if (rows.length - timeWait !== opened) {
    page.report(`${opened} sockets are open, the engine lists ${rows.length - timeWait}.`);
  }
  await load.resume();
  return [rows.length, timeWait];
}

/** Memory that this process shares with no other (man 5 proc), MB. */
function privateMb(): number {
  const text = fs.readFileSync('/proc/self/smaps_rollup', 'utf8');
  return [...text.matchAll(/^Private_(?:Clean|Dirty):\s+(\d+) kB$/gm)].reduce(
    (sum, [, size]) => sum + Number(size) / 1024,
    0,
  );
}
