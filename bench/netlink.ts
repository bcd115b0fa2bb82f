/** npm run stress:netlink: a million netlink datagrams that no sane kernel sends, through every decoder. */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { capturedCorpus, fuzzCase, Fuzzer, Violation } from '../native/linux/fixtures/fuzz';
import { parseNetlink, UsageError } from './options';
import type { NetlinkOptions } from './options';

/** A case takes a tenth of a millisecond; one that takes this long never ends. */
const HANG_MS = 20_000;
/** The largest datagram of a case. */
const LARGEST = 64 * 1024;

/** What the thread that reads shares with the one that watches it: the case it is at. */
class Progress {
  private readonly words: Int32Array;
  private readonly bytes: Uint8Array;

  constructor(readonly memory: SharedArrayBuffer = new SharedArrayBuffer(8 + LARGEST)) {
    this.words = new Int32Array(memory, 0, 2);
    this.bytes = new Uint8Array(memory, 8);
  }

  begin(number: number, datagram: Uint8Array): void {
    this.bytes.set(datagram);
    this.words[1] = datagram.length;
    Atomics.store(this.words, 0, number);
  }

  get number(): number {
    return Atomics.load(this.words, 0);
  }

  get hex(): string {
    return Buffer.from(this.bytes.slice(0, this.words[1])).toString('hex');
  }
}

interface Job extends NetlinkOptions {
  memory: SharedArrayBuffer;
}

type Message = { violation: string } | { outcomes: Map<string, number> };

/** Reads every case; a violation ends it. */
function readAll({ seed, count, memory }: Job): Message {
  const progress = new Progress(memory);
  const corpus = capturedCorpus();
  const fuzzer = new Fuzzer();
  const outcomes = new Map<string, number>();
  for (let number = 0; number < count; number++) {
    const fuzzed = fuzzCase(corpus, seed, number);
    progress.begin(number, fuzzed.bytes);
    try {
      const outcome = fuzzer.check(fuzzed);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      const how = fuzzed.multicast ? 'as an event' : 'as an answer';
      return { violation: `${fuzzed.table} ${how}, length ${fuzzed.length}: ${error.message}` };
    }
  }
  return { outcomes };
}

function fail(progress: Progress, options: NetlinkOptions, what: string): never {
  console.error(`${what}\nseed ${options.seed}, case ${progress.number}, the datagram:\n${progress.hex}`);
  process.exit(1);
}

function main(): void {
  const options = parseNetlink(process.argv.slice(2));
  const progress = new Progress();
  const start = performance.now();
  const job: Job = { ...options, memory: progress.memory };
  const worker = new Worker(new URL(import.meta.url), { workerData: job });
  let last = -1;
  let since = start;
  const watch = setInterval(() => {
    const { number } = progress;
    if (number !== last) since = performance.now();
    else if (performance.now() - since > HANG_MS) fail(progress, options, 'It hangs.');
    last = number;
  }, 1000);
  worker.once('error', (error) => fail(progress, options, error.stack ?? error.message));
  worker.once('message', (message: Message) => {
    clearInterval(watch);
    if ('violation' in message) fail(progress, options, message.violation);
    const seconds = (performance.now() - start) / 1000;
    for (const [outcome, cases] of [...message.outcomes].sort((a, b) => b[1] - a[1])) {
      console.log(`${outcome.padEnd(12)} ${String(cases).padStart(9)}`);
    }
    const rate = Math.round(options.count / seconds);
    console.log(`${options.count} datagrams, seed ${options.seed}, ${rate} a second. No violation.`);
  });
}

try {
  if (isMainThread) main();
  else parentPort!.postMessage(readAll(workerData as Job));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
