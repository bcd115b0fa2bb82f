/** Ending exactly one process: opened first, then compared, then acted on through its handle. */
import { NO_SUSPENDING } from '../../shared/abilities';
import type { ProcessAction, ProcessIdentity } from '../../shared/orders';
import { DONE, failed, GONE, refused, STILL_RUNNING, unwaited } from '../attempts';
import type { Attempt } from '../backend';
import {
  fileTimeMs,
  PROCESS_QUERY_LIMITED_INFORMATION,
  PROCESS_TERMINATE,
  SYNCHRONIZE,
  tryOpenProcess,
} from './handles';
import type { ProcessHandle } from './handles';
import type { Libraries } from './libraries';
import { ERROR_ACCESS_DENIED, ERROR_INVALID_PARAMETER, windowsErrorName } from './windowsError';
import { closableWindows, postClose } from './windowsMessages';

const IDLE_PROCESS = 0;
const SYSTEM_PROCESS = 4;
/** What a process that was ended leaves as its exit code; the Task Manager leaves the same. */
const EXIT_CODE = 1;

/** What it takes to act on a process. */
export interface ActionContext {
  libraries: Libraries;
  /** Whether this process has an administrator's rights */
  elevated: boolean;
}

/**
 * Carries out `action` on the process that is meant, or on none. The handle is opened before the time of its creation is compared: if
 * that fits, the handle is that process's, and Windows gives its PID to nobody while it is open. So the windows that have this PID
 * are its own, too.
 *
 * `terminate` asks its windows to close, `kill` ends it at once; both wait until it has ended, for `patienceMs` at most, and do
 * nothing else then.
 */
export async function actOnProcess(
  context: ActionContext,
  identity: ProcessIdentity,
  action: ProcessAction,
  patienceMs: number,
  signal: AbortSignal,
): Promise<Attempt> {
  if (signal.aborted) return { outcome: 'stopped', message: null };
  if (action === 'suspend' || action === 'resume') return refused(NO_SUSPENDING);
  if (identity.pid === IDLE_PROCESS || identity.pid === SYSTEM_PROCESS) return refused(PART_OF_WINDOWS);
  const right = action === 'kill' ? PROCESS_TERMINATE : 0;
  const access = SYNCHRONIZE | PROCESS_QUERY_LIMITED_INFORMATION | right;
  const process = tryOpenProcess(context.libraries, identity.pid, access);
  if (typeof process === 'number') return notOpened(context, process);
  try {
    const created = process.creationTime();
    if (created === null) return failed(NO_TIME);
    if (fileTimeMs(created) !== identity.startedAt || process.hasEnded()) return GONE;
    const obstacle = action === 'kill' ? end(context, process) : ask(context, process);
    if (obstacle !== null) return obstacle;
    if (await process.ended(patienceMs, signal)) return DONE;
    if (signal.aborted) return unwaited(action);
    return action === 'terminate' ? STILL_RUNNING : failed(HELD_UP);
  } finally {
    process.close();
  }
}

const PART_OF_WINDOWS = 'It is a part of Windows itself, and no program that could be ended.';
const NO_TIME =
  'Windows does not say when this process began, so nothing tells it from a later one with its PID.';
const NO_WINDOW = 'It has no window that could be asked; End Process Now forces it.';
const ONLY_CONSOLE =
  'Its only window is a console, which other programs share. End Process Now ends it alone.';
const HELD_UP = 'Was ended, and has not gone yet: a driver holds it up.';
const CRITICAL =
  'Windows calls this process critical: without it the whole system stops at once (blue screen).';
const NOT_TOLD = 'It was left alone: Windows does not say whether the system can do without it';

function notOpened(context: ActionContext, code: number): Attempt {
  if (code === ERROR_INVALID_PARAMETER) return GONE;
  if (code === ERROR_ACCESS_DENIED) return denied(context, code);
  return failed(`Windows did not open the process (${nameOf(code)}).`);
}

function denied({ elevated }: ActionContext, code: number): Attempt {
  return refused(
    elevated
      ? `Windows protects it even from administrators (${nameOf(code)}).`
      : `It belongs to somebody else, to the system, or has more rights: ending it needs an administrator’s (${nameOf(code)}).`,
  );
}

/** Null once it is being ended; else why not. */
function end(context: ActionContext, process: ProcessHandle): Attempt | null {
  const { libraries } = context;
  const critical = isCritical(libraries, process);
  if (critical === null) {
    const error = nameOf(libraries.lastError());
    return process.hasEnded() ? GONE : failed(`${NOT_TOLD} (${error}).`);
  }
  if (critical) return refused(CRITICAL);
  const terminate = libraries.required<(handle: number, exitCode: number) => number>(
    'kernel32',
    'int TerminateProcess(intptr_t, uint32)',
  );
  if (terminate(process.handle, EXIT_CODE) !== 0) return null;
  const code = libraries.lastError();
  // "Access denied" is also said of one that has ended by itself meanwhile.
  if (process.hasEnded()) return GONE;
  return code === ERROR_ACCESS_DENIED
    ? denied(context, code)
    : failed(`Windows did not end it (${nameOf(code)}).`);
}

/**
 * Whether the system stops with it; null where Windows does not say, and has left an error. An administrator who may debug could end such a process, so that this is not left to Windows.
 * Since Windows 8.1: https://learn.microsoft.com/windows/win32/api/processthreadsapi/nf-processthreadsapi-isprocesscritical
 */
function isCritical(libraries: Libraries, process: ProcessHandle): boolean | null {
  const call = libraries.optional<(handle: number, critical: Int32Array) => number>(
    'kernel32',
    'int IsProcessCritical(intptr_t, void *)',
  );
  const critical = new Int32Array(1);
  if (call === null) return false;
  return call(process.handle, critical) === 0 ? null : critical[0] !== 0;
}

/** Null once its windows have been asked; else why not. */
function ask(context: ActionContext, process: ProcessHandle): Attempt | null {
  const { windows, hasConsole } = closableWindows(context.libraries, process.pid);
  if (windows.length === 0) return refused(hasConsole ? ONLY_CONSOLE : NO_WINDOW);
  const code = postClose(context.libraries, windows);
  if (code === 0) return null;
  if (process.hasEnded()) return GONE;
  return code === ERROR_ACCESS_DENIED
    ? denied(context, code)
    : failed(`Its windows could not be asked (${nameOf(code)}). End Process Now forces it.`);
}

function nameOf(code: number): string {
  return `${windowsErrorName(code)}, ${code}`;
}
