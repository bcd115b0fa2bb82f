/** Asking a program to close its windows, which is how Windows asks it to end. */
import koffi from 'koffi';
import type { Libraries } from './libraries';

/** winuser.h */
const WM_CLOSE = 0x0010;
const GW_OWNER = 4;

/** https://learn.microsoft.com/previous-versions/windows/desktop/legacy/ms633498(v=vs.85): a BOOL, from an HWND and an LPARAM */
const ENUM_WINDOWS_PROC = koffi.pointer(koffi.proto('int', ['intptr_t', 'intptr_t']));
const GO_ON = 1;

/** The class of a console's window. It is not documented; every Windows has called it so. */
const CONSOLE_CLASS = 'ConsoleWindowClass';
/** Bytes; RegisterClassEx: "The maximum length for lpszClassName is 256" */
const CLASS_NAME_ROOM = 257;

/** What there is to ask. */
export interface ClosableWindows {
  windows: number[];
  /** Whether there is a console's besides, which is not to be asked */
  hasConsole: boolean;
}

/**
 * The windows of a process that a person could close: visible ones at the top level that belong to no other window. Only those
 * of this user's desktop are seen. The process must be kept open meanwhile, so that nobody else is given its PID.
 *
 * A console's window is said to be one of its processes', and to close it ends all of them: it is told, and not among the windows.
 * https://learn.microsoft.com/windows/console/handlerroutine (CTRL_CLOSE_EVENT)
 */
export function closableWindows(libraries: Libraries, pid: number): ClosableWindows {
  const enumerate = libraries.required<(callback: bigint, parameter: number) => number>(
    'user32',
    'int EnumWindows(intptr_t, intptr_t)',
  );
  const processOf = libraries.required<(window: number, pid: Uint32Array) => number>(
    'user32',
    'uint32 GetWindowThreadProcessId(intptr_t, void *)',
  );
  const isVisible = libraries.required<(window: number) => number>('user32', 'int IsWindowVisible(intptr_t)');
  const relative = libraries.required<(window: number, which: number) => number>(
    'user32',
    'intptr_t GetWindow(intptr_t, uint32)',
  );
  const nameOf = libraries.required<(window: number, name: Uint8Array, room: number) => number>(
    'user32',
    'int GetClassNameA(intptr_t, void *, int)',
  );
  const all: number[] = [];
  const callback = koffi.register((window: number) => {
    all.push(window);
    return GO_ON;
  }, ENUM_WINDOWS_PROC);
  try {
    enumerate(callback, 0);
  } finally {
    koffi.unregister(callback);
  }
  const owner = new Uint32Array(1);
  const own = all.filter((window) => {
    owner[0] = 0;
    processOf(window, owner);
    return owner[0] === pid && isVisible(window) !== 0 && relative(window, GW_OWNER) === 0;
  });
  const name = Buffer.alloc(CLASS_NAME_ROOM);
  const isConsole = (window: number): boolean =>
    name.toString('latin1', 0, nameOf(window, name, CLASS_NAME_ROOM)) === CONSOLE_CLASS;
  const windows = own.filter((window) => !isConsole(window));
  return { windows, hasConsole: windows.length < own.length };
}

/**
 * Posts WM_CLOSE to each of these windows, and waits for none. Returns 0 where one at least has got it, else the code of the
 * last error: 5 where the windows belong to a program with more rights (UIPI).
 */
export function postClose(libraries: Libraries, windows: readonly number[]): number {
  // WM_CLOSE carries no text, so that PostMessageA and PostMessageW are the same. Under Wine the latter is a bare system call, which
  // does not return when koffi makes it.
  const post = libraries.required<(window: number, message: number, w: number, l: number) => number>(
    'user32',
    'int PostMessageA(intptr_t, uint32, uintptr_t, intptr_t)',
  );
  let code = 0;
  let posted = 0;
  for (const window of windows) {
    if (post(window, WM_CLOSE, 0, 0) !== 0) posted++;
    else code = libraries.lastError();
  }
  return posted > 0 ? 0 : code;
}
