/** Starts the engines that do not run in this process: the administrator's, or another machine's. */
import fs from 'node:fs';
import path from 'node:path';
import { elevationCommand, REMOTE_PROGRAM, sshCommand } from '../../remote/commandLines';
import { childWire } from '../../remote/childWire';
import type { Place } from '../../remote/ends';
import { pipeWire } from '../../remote/pipeWire';
import type { Started } from '../../remote/pipeWire';
import { startRemote } from '../../remote/remoteEngine';
import type { EngineSwitchOptions } from './engineSwitch';
import { ELEVATION_BY_WINDOWS } from './elevationByWindows';
import type { WindowsElevation } from './elevationByWindows';
import { installed } from './installed';

/** For a connection that needs nobody's answer: ssh's own limits end before an engine begins. */
const UNASKED_MS = 60_000;

export type Elevation =
  | {
      kind: 'wrapper';
      /** packaging/linux/socketscope-elevated */
      wrapper: string;
      /** The command line of the program, in a checkout; null where the program is installed beside the wrapper */
      program: readonly string[] | null;
    }
  | {
      /** Windows' own question (UAC) */
      kind: 'runAs';
      /** The installed program; Node in a checkout */
      program: string;
      /** What Node is to run, in a checkout */
      script: string | null;
    };

/** From main, on this process's own command line: a page never says what is run. */
export function elevationOf(argv: readonly string[]): Elevation | null {
  const value = (name: string): string | undefined =>
    argv.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
  const runAs = value('run-as');
  if (runAs !== undefined) return { kind: 'runAs', program: runAs, script: value('script') ?? null };
  const wrapper = value('wrapper');
  if (wrapper === undefined) return null;
  const program = value('program');
  return {
    kind: 'wrapper',
    wrapper,
    program: program === undefined ? null : (JSON.parse(program) as string[]),
  };
}

export function elsewhere(
  elevation: Elevation | null,
  env: NodeJS.ProcessEnv,
  whereInstalled = installed,
  windows: WindowsElevation = ELEVATION_BY_WINDOWS,
): EngineSwitchOptions['startElsewhere'] {
  return async (choice, mayAsk, signal) => {
    if (choice.kind === 'remote') {
      const { host } = choice;
      const command = sshCommand({ host, mayAsk, env });
      const program = env['SOCKETSCOPE_REMOTE_PROGRAM'] ?? REMOTE_PROGRAM;
      const place: Place = { kind: 'remote', host, program };
      return startRemote({
        connect: childWire(command, place, { env: askingBy(env) }),
        place,
        signal,
        ...(mayAsk ? {} : { patienceMs: UNASKED_MS }),
      });
    }
    if (elevation === null) throw new Error('On this system the engine cannot be given more rights yet.');
    const place: Place = { kind: 'elevated' };
    if (elevation.kind === 'runAs') {
      const { script } = elevation;
      const program =
        script === null ? windows.whereInstalled(elevation.program) : whole([elevation.program], env)[0]!;
      const start = (args: readonly string[]): Promise<Started> =>
        windows.start(program, script === null ? args : [script, ...args]);
      return startRemote({ connect: pipeWire({ start, pathOf: windows.pathOf }), place, signal });
    }
    const command = elevationCommand({
      wrapper: elevation.program === null ? whereInstalled(elevation.wrapper) : elevation.wrapper,
      program: elevation.program === null ? null : whole(elevation.program, env),
      namespaces: choice.namespaces,
      env,
      find: (name) => findCommand(name, env),
    });
    return startRemote({ connect: childWire(command, place), place, signal });
  };
}

/** Whoever looks at a window does not see what ssh asks on the terminal that the window was started from. */
function askingBy(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return env['SSH_ASKPASS'] === undefined ? env : { SSH_ASKPASS_REQUIRE: 'prefer', ...env };
}

/** With the program's whole path: it is looked for by somebody else's PATH otherwise. */
function whole([program, ...args]: readonly string[], env: NodeJS.ProcessEnv): string[] {
  return [path.isAbsolute(program!) ? program! : (findCommand(program!, env) ?? program!), ...args];
}

function findCommand(name: string, env: NodeJS.ProcessEnv): string | null {
  for (const folder of (env['PATH'] ?? '').split(path.delimiter).filter((each) => path.isAbsolute(each))) {
    const file = path.join(folder, name);
    try {
      fs.accessSync(file, fs.constants.X_OK);
      return file;
    } catch {
      // is somewhere else, or nowhere
    }
  }
  return null;
}
