/** Starts the engines that do not run in this process: the administrator's, or another machine's. */
import fs from 'node:fs';
import path from 'node:path';
import { elevationCommand, REMOTE_PROGRAM, sshCommand } from '../../remote/commandLines';
import { startRemote } from '../../remote/remoteEngine';
import type { EngineSwitchOptions } from './engineSwitch';
import { installed } from './installed';

/** For a connection that needs nobody's answer: ssh's own limits end before an engine begins. */
const UNASKED_MS = 60_000;

export interface Elevation {
  /** packaging/linux/socketscope-elevated */
  wrapper: string;
  /** The command line of the program, in a checkout; null where the program is installed beside the wrapper */
  program: readonly string[] | null;
}

/** From main, on this process's own command line: a page never says what is run. */
export function elevationOf(argv: readonly string[]): Elevation | null {
  const value = (name: string): string | undefined =>
    argv.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
  const wrapper = value('wrapper');
  if (wrapper === undefined) return null;
  const program = value('program');
  return { wrapper, program: program === undefined ? null : (JSON.parse(program) as string[]) };
}

export function elsewhere(
  elevation: Elevation | null,
  env: NodeJS.ProcessEnv,
  whereInstalled = installed,
): EngineSwitchOptions['startElsewhere'] {
  return async (choice, mayAsk, signal) => {
    if (choice.kind === 'remote') {
      const { host } = choice;
      const command = sshCommand({ host, mayAsk, env });
      const program = env['SOCKETSCOPE_REMOTE_PROGRAM'] ?? REMOTE_PROGRAM;
      return startRemote({
        command,
        place: { kind: 'remote', host, program },
        env: askingBy(env),
        signal,
        ...(mayAsk ? {} : { patienceMs: UNASKED_MS }),
      });
    }
    if (elevation === null) throw new Error('On this system the engine cannot be given more rights yet.');
    const command = elevationCommand({
      wrapper: elevation.program === null ? whereInstalled(elevation.wrapper) : elevation.wrapper,
      program: elevation.program === null ? null : whole(elevation.program, env),
      namespaces: choice.namespaces,
      env,
      find: (name) => findCommand(name, env),
    });
    return startRemote({ command, place: { kind: 'elevated' }, signal });
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
