/** What an engine that reads every second costs while nobody does anything: memory, and time of a core. */
import { setTimeout as sleep } from 'node:timers/promises';
import { median } from './summary';
import type { MemoryResult } from './summary';
import { WorkerProcess } from './workerProcess';

/** Before its memory is looked at, it has read at least twenty times. */
const WARM_SECONDS = 5;
/** Before its CPU time is looked at: in its first minute V8 compiles what runs once a second. */
export const SETTLED_SECONDS = 60;
const SECONDS = 20;
const LAST_SAMPLES = 5;

export interface Footprint {
  /** MB over an empty process; the median of the last seconds */
  memory: MemoryResult;
  /** Percent of one core, with a page */
  cpu: number;
}

export async function measureFootprint(warmSeconds: number = WARM_SECONDS): Promise<Footprint> {
  const empty = await WorkerProcess.start('empty');
  const alone = await WorkerProcess.start('engine');
  const withPage = await WorkerProcess.start('engine with a page');
  await sleep(1000 * warmSeconds);
  const start = await withPage.ask('usage');
  const samples = { empty: [] as number[], alone: [] as number[], withPage: [] as number[] };
  for (let second = 0; second < SECONDS; second++) {
    await sleep(1000);
    if (second < SECONDS - LAST_SAMPLES) continue;
    samples.empty.push(empty.privateMb());
    samples.alone.push(alone.privateMb());
    samples.withPage.push(withPage.privateMb());
  }
  const end = await withPage.ask('usage');
  await Promise.all([empty.end(), alone.end(), withPage.end()]);
  const floor = median(samples.empty);
  return {
    memory: { alone: median(samples.alone) - floor, withPage: median(samples.withPage) - floor },
    cpu: (100 * (end.cpuMs - start.cpuMs)) / (end.now - start.now),
  };
}
