/** npm run bench:sockets: SocketScope against the tools that a sysadmin has, under a load of its own. */
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { measureFootprint, SETTLED_SECONDS } from './footprint';
import type { Footprint } from './footprint';
import { findPython, Load, PROCESSES } from './load';
import { parseBench, UsageError } from './options';
import { barList, sizeTable } from './report';
import { BAR_SOCKETS, bars, IDLE_SOCKETS, median, summarise } from './summary';
import type { Measured, Outcome, SizeResult } from './summary';
import { readyTools } from './tools';

/** One socket in a hundred is replaced each second. */
const RATE = 0.01;
/** Between two tools, for the kernel to take back what the last one had. */
const REST_MS = 100;

interface SizeRun {
  result: SizeResult;
  /** ms of a tick, the median */
  diffMs: number;
  footprint: Footprint;
}

/** Opens the sockets, measures every tool in turn, round after round, and prints the table. */
async function measureSize(python: string, sockets: number, rounds: number): Promise<SizeRun> {
  const load = await Load.start(python, { sockets, processes: PROCESSES, rate: RATE, graceful: 0 });
  try {
    const { tools, steady, missing } = await readyTools(python);
    const runs = new Map<string, number[]>(tools.map(({ name }) => [name, []]));
    for (let round = 0; round < rounds; round++) {
      for (const tool of tools) {
        await sleep(REST_MS);
        runs.get(tool.name)!.push(...(await tool.turn()));
      }
    }
    const measured = tools.map((tool): Measured => ({
      name: tool.name,
      runs: runs.get(tool.name)!,
      rssMb: tool.rssMb(),
      rows: tool.rows(),
    }));
    const missedEvents = await steady.missedEvents();
    for (const tool of tools) await tool.end();
    const footprint = await measureFootprint();
    const result = summarise(load.sockets, steady.floor, measured);
    const diffMs = median(steady.diffs);
    const notes = [
      ...missing.map((name) => `left out: ${name}`),
      `diff: ${diffMs.toFixed(2)} ms of a tick; destroy events missed: ${missedEvents}`,
      footprintLine(footprint),
    ];
    console.log(`\n${sizeTable(result, measured, notes)}`);
    return { result, diffMs, footprint };
  } finally {
    await load.end();
  }
}

async function measureIdle(python: string): Promise<Footprint> {
  const load = await Load.start(python, {
    ...{ sockets: IDLE_SOCKETS, processes: PROCESSES, rate: RATE, graceful: 0 },
  });
  try {
    const footprint = await measureFootprint(SETTLED_SECONDS);
    console.log(`\n${load.sockets} sockets\n${footprintLine(footprint)}`);
    return footprint;
  } finally {
    await load.end();
  }
}

function footprintLine({ memory, cpu }: Footprint): string {
  const { alone, withPage } = memory;
  return (
    `engine at 1 s: ${alone.toFixed(1)} MB over an empty process alone, ${withPage.toFixed(1)} MB with a page, ` +
    `${cpu.toFixed(2)} % of a core with a page`
  );
}

async function main(): Promise<void> {
  const { sizes, rounds, json } = parseBench(process.argv.slice(2));
  const python = findPython();
  if (python === null) throw new UsageError('Opening the sockets takes python3 (3.8 or newer). Install it.');
  console.log(
    `${PROCESSES} processes, 1 % of the sockets replaced each second, ${rounds} rounds of every tool in turn.`,
  );
  const results: SizeRun[] = [];
  // First: the kernel walks what larger loads leave behind for a minute, whatever network it was in.
  const idle = await measureIdle(python);
  for (const sockets of sizes) results.push(await measureSize(python, sockets, rounds));
  const at = results[sizes.indexOf(BAR_SOCKETS)];
  const outcome: Outcome = {
    size: at?.result ?? null,
    diffMs: at?.diffMs ?? null,
    memory: at?.footprint.memory ?? null,
    idleMemory: idle.memory,
    idleCpu: idle.cpu,
  };
  console.log(
    `\nAt ${BAR_SOCKETS} sockets, and ${IDLE_SOCKETS} where it says so:\n${barList(bars(outcome))}`,
  );
  if (json !== null) {
    fs.writeFileSync(json, `${JSON.stringify({ sizes: results.map(({ result }) => result) }, null, 2)}\n`);
  }
}

try {
  await main();
} catch (error) {
  console.error(error instanceof UsageError ? error.message : error);
  process.exitCode = 1;
}
