/** An engine at one second under a load that never rests, checked at each reading and in moments of quiet. */
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createEngine } from '../engine';
import { runSs } from '../native/linux/fixtures/ss';
import { asSets } from '../native/linux/fixtures/stage';
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
  /** Which part of the sockets was replaced each second, since the moment of quiet before */
  rate: number;
  /** Private memory, MB */
  privateMb: number;
  /** What JavaScript can reach, buffers included, MB */
  heapMb: number;
  /** Open descriptors, without those of other processes' directories: of these there is one for each process. */
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
    let resumedAt = start;
    let replacedBefore = 0;
    while (passed() < options.seconds && page.violations.length === 0) {
      await sleep(1000 * options.secondsBetweenCheckpoints);
      const paused = await load.pause();
      const seconds = (performance.now() - resumedAt) / 1000;
      const rate = (paused.replaced - replacedBefore) / paused.sockets / seconds;
      replacedBefore = paused.replaced;
      const rows = await checkQuietly(paused.sockets, page);
      options.collectGarbage();
      const { heapUsed, external } = process.memoryUsage();
      const memory = { privateMb: privateMb(), heapMb: (heapUsed + external) / 2 ** 20 };
      const checkpoint = { at: passed(), ...rows, rate, ...memory, fds: countDescriptors(page) };
      await load.resume();
      resumedAt = performance.now();
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

/** Compares the page's rows, their owners included, with what `ss` says, and their number with what has been opened. */
async function checkQuietly(opened: number, page: ChurnPage): Promise<{ sockets: number; timeWait: number }> {
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
  return { sockets: rows.length, timeWait };
}

/** Between a reading and now so many processes may end, and their directories still be open. */
const ENDED_PROCESSES = 50;

function countDescriptors(page: ChurnPage): number {
  const links = fs.readdirSync('/proc/self/fd').map((fd) => {
    try {
      return fs.readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return null; // that of the listing itself
    }
  });
  // Of each process its descriptors' directory and its name.
  const files = links.filter((link) => link !== null && /^\/proc\/\d+(\/|$)/.test(link));
  const directories = files.filter((link) => link!.endsWith('/fd')).length;
  const processes = fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name)).length;
  if (directories > processes + ENDED_PROCESSES) {
    page.report(`${directories} directories of processes are open, and there are ${processes} processes.`);
  }
  return links.filter((link) => link !== null).length - files.length;
}

/** Memory that this process shares with no other (man 5 proc), MB. */
function privateMb(): number {
  const text = fs.readFileSync('/proc/self/smaps_rollup', 'utf8');
  return [...text.matchAll(/^Private_(?:Clean|Dirty):\s+(\d+) kB$/gm)].reduce(
    (sum, [, size]) => sum + Number(size) / 1024,
    0,
  );
}
