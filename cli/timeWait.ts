/** `socketscope time-wait`: how long the system keeps a closed connection in TIME_WAIT; on Windows, also to change that. */
import { createInterface } from 'node:readline/promises';
import { NativeError, NotHereError } from '../engine';
import type { Catalogue } from '../engine';
import { isTimeWait, TIME_WAIT_RANGE, timeWaitText } from '../shared/timeWait';
import type { TimeWait } from '../shared/timeWait';
import { plainText } from '../shared/text';
import { printableJson } from './json';
import type { ShowOutput } from './show';
import { UsageError } from './usage';

export type TimeWaitOrder = { verb: 'show' } | { verb: 'set'; seconds: number } | { verb: 'remove' };

/** Winerror.h's ERROR_ACCESS_DENIED: it takes an administrator. */
const ACCESS_DENIED = 5;

/** @throws UsageError */
export function parseTimeWait(words: readonly string[]): TimeWaitOrder {
  const [verb, text, ...more] = words;
  if (verb === undefined) return { verb: 'show' };
  if (verb === 'remove' && text === undefined) return { verb };
  const { min, max } = TIME_WAIT_RANGE;
  if (verb === 'set' && text !== undefined && more.length === 0) {
    const seconds = /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN;
    if (isTimeWait(seconds)) return { verb, seconds };
    throw new UsageError(`time-wait set takes ${min} to ${max} seconds, not "${text}".`);
  }
  throw new UsageError('time-wait takes nothing, "set SECONDS" or "remove".');
}

/** Puts a question to whoever sits at the terminal; null where nobody does. */
export type Ask = ((question: string) => Promise<boolean>) | null;

/**
 * Exit status 0; 1 where the answer was no; 3 where the system does not allow it.
 * @param ask null with the answer given beforehand (`--yes`)
 * @throws UsageError where nobody can be asked
 */
export async function timeWait(
  catalogue: Pick<Catalogue, 'timeWait' | 'setTimeWait' | 'removeTimeWait'>,
  order: TimeWaitOrder,
  { json, yes, ask }: { json: boolean; yes: boolean; ask: Ask },
): Promise<ShowOutput> {
  const told = (now: TimeWait): ShowOutput => ({
    stdout: `${json ? printableJson(now) : `${timeWaitText(now)}${now.where === null ? '' : `\n${now.where}`}`}\n`,
    stderr: '',
    exitCode: 0,
  });
  if (order.verb === 'show') return told(catalogue.timeWait());
  try {
    const before = catalogue.timeWait();
    // Where it cannot be changed nobody needs to be asked.
    if (before.state !== 'fixed' && !yes) {
      if (ask === null)
        throw new UsageError('Nobody can be asked here: add --yes to change it all the same.');
      if (!(await ask(question(order, before))))
        return { stdout: '', stderr: 'socketscope: Nothing was changed.\n', exitCode: 1 };
    }
    const now = order.verb === 'set' ? catalogue.setTimeWait(order.seconds) : catalogue.removeTimeWait();
    const restart = 'socketscope: It counts from the next start of the computer.\n';
    return { ...told(now), stderr: restart };
  } catch (error) {
    const refused =
      error instanceof NotHereError || (error instanceof NativeError && error.code === ACCESS_DENIED);
    if (!refused) throw error;
    return { stdout: '', stderr: `socketscope: ${plainText(error.message)}\n`, exitCode: 3 };
  }
}

function question(order: Exclude<TimeWaitOrder, { verb: 'show' }>, before: TimeWait): string {
  const what =
    order.verb === 'set'
      ? `Set TcpTimedWaitDelay to ${order.seconds} s, for every connection of this computer?`
      : 'Remove TcpTimedWaitDelay, so that Windows has its default again?';
  return `${timeWaitText(before)}\n${what} [y/N] `;
}

/** Asks on standard error: standard output is for the answer of the command. Null where there is no terminal to ask at. */
export function askAtTerminal(): Ask {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return null;
  return (question) => askOf(question, process.stdin, process.stderr);
}

/** Ctrl+C and Ctrl+D, or an end of the input, are a no: Node ends the interface then, and may leave the question open for ever. */
export async function askOf(
  question: string,
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
): Promise<boolean> {
  const terminal = createInterface({ input, output });
  const ended = new Promise<null>((resolve) => terminal.once('close', () => resolve(null)));
  try {
    const answer = await Promise.race([terminal.question(question), ended]).catch(() => null);
    if (answer === null) output.write('\n'); // what is said next has a line of its own
    return answer !== null && /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
