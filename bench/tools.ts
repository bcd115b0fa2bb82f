/** Everything that is measured, as the same three steps: make it ready, run it once, end it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { findPython } from './load';
import { Peers } from './peers';
import { COLD, COMMANDS, PSUTIL, STEADY, SYSTEMINFORMATION } from './summary';
import { WorkerProcess } from './workerProcess';

/** The interval of the engine, ms. */
const TICK = 1000;

export interface Tool {
  readonly name: string;
  /** ms of one turn: several runs where one turn has them */
  turn(): Promise<number[]>;
  /** After the last turn: MB, null where it is not known */
  rssMb(): number | null;
  rows(): number;
  end(): Promise<void> | void;
}

/** The tools that are here, and the names of those that are not, each with a reason. */
export async function readyTools(
  python: string,
): Promise<{ tools: Tool[]; steady: Steady; missing: string[] }> {
  const steady = await Steady.start();
  const tools: Tool[] = [steady, new Cold()];
  const missing: string[] = [];
  const add = async (name: string, start: () => Promise<Tool>): Promise<void> => {
    try {
      tools.push(await start());
    } catch (error) {
      missing.push(`${name}: ${(error as Error).message}`);
    }
  };
  for (const command of COMMANDS) await add(command, () => Command.start(python, command));
  await add(PSUTIL, Psutil.start);
  await add(SYSTEMINFORMATION, SystemInformation.start);
  return { tools, steady, missing };
}

/** A process that has run for some time and reads every second. */
export class Steady implements Tool {
  readonly name = STEADY;
  readonly floor: number[] = [];
  readonly diffs: number[] = [];
  private lastRows = 0;
  private peak = 0;

  private constructor(private readonly worker: WorkerProcess) {}

  static async start(): Promise<Steady> {
    const steady = new Steady(await WorkerProcess.start('steady'));
    await steady.turn(); // the program's own warming up
    steady.floor.length = steady.diffs.length = 0;
    return steady;
  }

  /**
   * Two ticks, each a second after the one before. The first one of a turn has the changes of a longer time to take in,
   * during which other tools were measured, and does not count. The floor comes half-way, as rested as the ticks.
   */
  async turn(): Promise<number[]> {
    await this.worker.ask('run');
    const runs: number[] = [];
    for (let tick = 0; tick < 2; tick++) {
      await sleep(TICK / 2);
      this.floor.push((await this.worker.ask('floor')).ms);
      await sleep(TICK / 2);
      const { ms, diffMs, rows } = await this.worker.ask('run');
      runs.push(ms);
      this.diffs.push(diffMs!);
      this.lastRows = rows;
    }
    this.peak = this.worker.peakRssMb();
    return runs;
  }

  async missedEvents(): Promise<number> {
    return (await this.worker.ask('missed')).missedEvents;
  }

  rssMb(): number {
    return this.peak;
  }

  rows(): number {
    return this.lastRows;
  }

  async end(): Promise<void> {
    await this.worker.end();
  }
}

/** The first reading of a process that has just started. */
class Cold implements Tool {
  readonly name = COLD;
  private peak = 0;
  private lastRows = 0;

  async turn(): Promise<number[]> {
    const worker = await WorkerProcess.start('cold');
    const { ms, rows } = await worker.ask('run');
    this.peak = Math.max(this.peak, worker.peakRssMb());
    this.lastRows = rows;
    await worker.end();
    return [ms];
  }

  rssMb(): number {
    return this.peak;
  }

  rows(): number {
    return this.lastRows;
  }

  end(): void {
    // Each turn ends what it starts.
  }
}

/** A program that is started anew each time. */
class Command implements Tool {
  private constructor(
    readonly name: string,
    private readonly peers: Peers,
    private readonly peak: number | null,
    private readonly lines: number,
  ) {}

  static async start(this: void, python: string, name: string): Promise<Command> {
    const peers = new Peers(python);
    try {
      // A short run may be over before its memory was looked at.
      const watched = [await peers.run(name, true), await peers.run(name, true), await peers.run(name, true)];
      const peaks = watched.flatMap(({ rssMb }) => rssMb ?? []);
      return new Command(name, peers, peaks.length === 0 ? null : Math.max(...peaks), watched[0]!.rows);
    } catch (error) {
      peers.end();
      throw error;
    }
  }

  async turn(): Promise<number[]> {
    return [(await this.peers.run(this.name, false)).ms];
  }

  rssMb(): number | null {
    return this.peak;
  }

  rows(): number {
    return this.lines;
  }

  end(): void {
    this.peers.end();
  }
}

class Psutil implements Tool {
  readonly name = PSUTIL;
  private peak: number | null = null;
  private lastRows = 0;

  private constructor(private readonly peers: Peers) {}

  static async start(this: void): Promise<Psutil> {
    const python = findPython(['psutil']);
    if (python === null) throw new Error('no Python has it (python3-psutil)');
    const psutil = new Psutil(new Peers(python));
    await psutil.turn(); // imports it
    return psutil;
  }

  async turn(): Promise<number[]> {
    const { ms, rows, rssMb } = await this.peers.psutil();
    this.lastRows = rows;
    this.peak = rssMb ?? null;
    return [ms];
  }

  rssMb(): number | null {
    return this.peak;
  }

  rows(): number {
    return this.lastRows;
  }

  end(): void {
    this.peers.end();
  }
}

class SystemInformation implements Tool {
  readonly name = SYSTEMINFORMATION;
  private lastRows = 0;
  private peak = 0;

  private constructor(private readonly worker: WorkerProcess) {}

  static async start(this: void): Promise<SystemInformation> {
    const tool = new SystemInformation(await WorkerProcess.start('systeminformation'));
    await tool.turn();
    return tool;
  }

  async turn(): Promise<number[]> {
    const { ms, rows } = await this.worker.ask('run');
    this.lastRows = rows;
    this.peak = this.worker.peakRssMb();
    return [ms];
  }

  rssMb(): number {
    return this.peak;
  }

  rows(): number {
    return this.lastRows;
  }

  async end(): Promise<void> {
    await this.worker.end();
  }
}
