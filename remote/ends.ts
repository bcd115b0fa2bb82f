/** Why an engine elsewhere could not be had, or was lost, in a sentence for a person. */
import { PROTOCOL_VERSION } from '../shared/contract';
import { plainText } from '../shared/text';
import { SSH_FAILED } from './commandLines';
import type { Greeting } from './frames';

/** What is on the other end of the wire: the administrator's engine of this machine, or that of another one. */
export type Place = { kind: 'elevated' } | { kind: 'remote'; host: string; program: string };

/** `final`: trying again, without the user, is of no use. */
export class RemoteError extends Error {
  override readonly name = 'RemoteError';
  constructor(
    message: string,
    readonly final: boolean,
  ) {
    super(message);
  }
}

export interface Ending {
  /** null where a signal ended it */
  code: number | null;
  /** The end of what it said on standard error */
  stderr: string;
  /** Whether it had answered as an engine before */
  greeted: boolean;
}

/** @returns the last line that says something */
function lastWords(stderr: string): string {
  const lines = stderr
    .split(/[\r\n]+/)
    .map((line) => plainText(line.trim()))
    .filter((line) => line !== '');
  const last = (lines.at(-1) ?? '').replace(/^socketscope(-elevated)?: /, '');
  return last.length > 300 ? `${last.slice(0, 300)}…` : last;
}

const withWords = (sentence: string, stderr: string): string => {
  const words = lastWords(stderr);
  return words === '' ? `${sentence}.` : `${sentence}: ${words}`;
};

export function endingOf(place: Place, { code, stderr, greeted }: Ending): RemoteError {
  return place.kind === 'elevated'
    ? elevatedEnding(code, stderr, greeted)
    : remoteEnding(place, code, stderr, greeted);
}

/** Exit statuses of pkexec: 126 where the question was dismissed, 127 where nobody could be asked or the answer was no. */
function elevatedEnding(code: number | null, stderr: string, greeted: boolean): RemoteError {
  if (greeted) return new RemoteError(withWords('The engine with more rights has ended', stderr), true);
  switch (code) {
    case 126:
      return new RemoteError('You were not asked to the end, or said no: no administrator’s rights.', true);
    case 127:
      return new RemoteError(
        withWords('No administrator’s rights: refused, or this session has no agent to ask you', stderr),
        true,
      );
    default:
      return new RemoteError(withWords('The engine with more rights could not be started', stderr), true);
  }
}

function remoteEnding(
  { host, program }: Extract<Place, { kind: 'remote' }>,
  code: number | null,
  stderr: string,
  greeted: boolean,
): RemoteError {
  if (greeted) return new RemoteError(withWords(`The connection to ${host} was lost`, stderr), false);
  if (code === 127) {
    return new RemoteError(
      `SocketScope is not installed on ${host}: its shell does not find "${program}". Install it there, or say where it lies (--remote-program, SOCKETSCOPE_REMOTE_PROGRAM).`,
      true,
    );
  }
  // ssh's own failures; everything else is the exit status of what ran there.
  if (code !== SSH_FAILED) {
    return /There is no command "engine"/.test(stderr)
      ? new RemoteError(
          `The SocketScope on ${host} is too old for this one. Install the same version on both.`,
          true,
        )
      : new RemoteError(
          withWords(`SocketScope could not be started on ${host} (exit status ${String(code)})`, stderr),
          code !== null,
        );
  }
  if (/Host key verification failed|HOST IDENTIFICATION HAS CHANGED/i.test(stderr)) {
    return new RemoteError(
      `The key of ${host} is not known, or is another one than before. Run "ssh ${host}" in a terminal to check it.`,
      true,
    );
  }
  if (/Permission denied|Too many authentication failures/i.test(stderr))
    return new RemoteError(withWords(`${host} did not let you in`, stderr), true);
  return new RemoteError(withWords(`${host} cannot be reached`, stderr), false);
}

/** Why its program cannot be started at all. */
export function notStarted(place: Place, program: string, error: NodeJS.ErrnoException): RemoteError {
  const reason =
    error.code === 'ENOENT' ? 'there is no such program here' : (error.code ?? plainText(error.message));
  const remedy = place.kind === 'remote' && error.code === 'ENOENT' ? ' Install OpenSSH’s client.' : '';
  return new RemoteError(`"${plainText(program)}" could not be started: ${reason}.${remedy}`, true);
}

/** UAC's question was answered with no, or not at all. */
export function declined(): RemoteError {
  return new RemoteError('You said no, or did not answer: no administrator’s rights.', true);
}

/** Why Windows did not start the engine with more rights. */
export function notElevated(why: string): RemoteError {
  return new RemoteError(`The engine with more rights could not be started: ${plainText(why)}`, true);
}

/** Why there is no pipe for an engine with more rights to answer on. */
export function notListening(error: NodeJS.ErrnoException): RemoteError {
  return new RemoteError(
    `The engine with more rights was not started: there is no pipe for it to answer on (${error.code ?? plainText(error.message)}).`,
    true,
  );
}

const nameOf = (place: Place): string =>
  place.kind === 'remote' ? place.host : 'The engine with more rights';

/** It was not asked for a password, or the like, and yet says nothing. */
export function noAnswer(place: Place): RemoteError {
  return new RemoteError(`${nameOf(place)} does not answer.`, false);
}

/** What is to be said of an order whose answer was lost with the wire. */
export function unanswered(place: Place, why: string, platform: NodeJS.Platform = process.platform): string {
  const where = place.kind === 'remote' ? ` on ${place.host}` : '';
  // Other machines are reached by a POSIX shell (commandLines.ts). The rule: stateFolder in engine/actionLog.ts.
  const file =
    place.kind === 'elevated' && platform === 'win32'
      ? '%LOCALAPPDATA%\\SocketScope\\actions.jsonl'
      : '~/.local/state/socketscope/actions.jsonl';
  return `${why} Part of it may have been done: what was is in the log${where} (${file} unless another place is set there).`;
}

export function otherVersion(place: Place, { version, program }: Greeting, own: string): RemoteError {
  return new RemoteError(
    `${nameOf(place)} has SocketScope ${plainText(program)} (protocol ${version}), and this is ${own} (protocol ${PROTOCOL_VERSION}). Install the same version on both.`,
    true,
  );
}

/** Something else than an engine answers, or answers before it: most often a login script. */
export function noEngine(place: Place, problem: string): RemoteError {
  return new RemoteError(
    place.kind === 'remote'
      ? `What ${place.host} says is no answer of SocketScope’s (${problem}). Does a login script there print something?`
      : `What the engine with more rights says cannot be understood (${problem}).`,
    true,
  );
}
