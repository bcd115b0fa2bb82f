/** The command lines that start an engine elsewhere: always lists of words, so that no shell of this machine sees them. */
import { parse, remoteHost } from '../shared/contract';

export interface CommandLine {
  program: string;
  args: string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** ssh's exit status where it fails itself, and not what runs there. */
export const SSH_FAILED = 255;

/** What the far end is asked to run unless the user names another. */
export const REMOTE_PROGRAM = 'socketscope';

export interface SshOptions {
  host: string;
  /** What the shell there is to run: the user's own words, and never the page's */
  program?: string | undefined;
  /** Of the engine: plain words only, since a shell on the other machine reads them */
  args?: readonly string[];
  /** Whether ssh may ask (for a password, about a host's key). It does so on the terminal, or by SSH_ASKPASS. */
  mayAsk: boolean;
  env: Environment;
}

/**
 * The user's own ssh with the user's own configuration. Left out is what could stand in the way of a plain pair of pipes,
 * or hand something to the other machine that it does not need (agent, tickets, X11, forwarded ports, a tunnel).
 * @throws ContractError where the host is none; Error where a word is not plain
 */
export function sshCommand({ host, program, args = [], mayAsk, env }: SshOptions): CommandLine {
  const words = ['engine', '--stdio', ...args];
  for (const word of words) {
    if (!/^[\w.-]+$/.test(word)) throw new Error(`"${word}" cannot be handed to the shell of ${host}.`);
  }
  const remoteProgram = program ?? nonEmpty(env['SOCKETSCOPE_REMOTE_PROGRAM']) ?? REMOTE_PROGRAM;
  // Behind the host's name ssh goes on to look for options of its own.
  if (/^\s*(-|$)/.test(remoteProgram)) throw new Error(`"${remoteProgram}" is no program.`);
  const options = [
    'RequestTTY=no',
    'RemoteCommand=none',
    'ClearAllForwardings=yes',
    'ForwardAgent=no',
    'ForwardX11=no',
    'GSSAPIDelegateCredentials=no',
    'Tunnel=no',
    'ConnectTimeout=20',
    // A wire that is dead, and not just silent, is noticed after 45 s.
    'ServerAliveInterval=15',
    'ServerAliveCountMax=3',
    ...(mayAsk ? [] : ['BatchMode=yes']),
  ];
  return {
    program: nonEmpty(env['SOCKETSCOPE_SSH']) ?? 'ssh',
    args: [
      '-T',
      ...options.flatMap((option) => ['-o', option]),
      '--',
      parse(remoteHost, host),
      remoteProgram,
      ...words,
    ],
  };
}

/**
 * The same command, with Ctrl+C on its terminal left to this program: what runs at the time is then stopped in good order.
 * It stays on the terminal, where ssh asks.
 */
export function withoutInterrupt({ program, args }: CommandLine): CommandLine {
  // Windows has no such signal to keep off.
  if (process.platform === 'win32') return { program, args };
  const script = `command -v "$1" >/dev/null || { echo "$1: there is no such program here. Install OpenSSH's client." >&2; exit ${SSH_FAILED}; }
trap '' INT
exec "$@"`;
  return { program: '/bin/sh', args: ['-c', script, 'sh', program, ...args] };
}

export interface ElevationOptions {
  /** The path of packaging/linux/socketscope-elevated */
  wrapper: string;
  /** What it is to run, where it does not lie beside it (a checkout); null where it does */
  program: readonly string[] | null;
  namespaces: boolean;
  env: Environment;
  /** The path of a command that PATH finds, or null */
  find: (command: string) => string | null;
}

/**
 * How to become administrator for the engine alone: polkit's question, or sudo where that is what there is and it can ask
 * without a terminal.
 * @throws Error with a sentence where there is no way
 */
export function elevationCommand({ wrapper, program, namespaces, env, find }: ElevationOptions): CommandLine {
  const order = [
    wrapper,
    ...(namespaces ? ['--namespaces'] : []),
    ...(program === null ? [] : ['--', ...program]),
  ];
  // Without an agent it must fail, and not ask on a terminal that nobody looks at.
  const pkexec = nonEmpty(env['SOCKETSCOPE_PKEXEC']) ?? find('pkexec');
  if (pkexec !== null) return { program: pkexec, args: ['--disable-internal-agent', ...order] };
  const sudo = find('sudo');
  // -k: an answer of a while ago does not count.
  if (sudo !== null && nonEmpty(env['SUDO_ASKPASS']) !== null)
    return { program: sudo, args: ['-k', '-A', '--', ...order] };
  throw new Error(
    sudo === null
      ? 'There is neither pkexec nor sudo here. Install polkit (the package is pkexec or polkit), or start SocketScope as root.'
      : 'There is no pkexec here, and sudo cannot ask for a password without a terminal. Install polkit (the package is pkexec or polkit), or set SUDO_ASKPASS.',
  );
}

function nonEmpty(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : text;
}
