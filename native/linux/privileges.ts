import fs from 'node:fs';
import type { Right, Rights } from '../../shared/abilities';
import { yamaScope as readYamaScope } from './traceRefusal';

/** Bits of capability sets (linux/capability.h). */
const CAP_DAC_OVERRIDE = 1n << 1n;
const CAP_DAC_READ_SEARCH = 1n << 2n;
const CAP_KILL = 1n << 5n;
const CAP_NET_ADMIN = 1n << 12n;
const CAP_SYS_PTRACE = 1n << 19n;
const CAP_SYS_ADMIN = 1n << 21n;

const ALL: Right = { reach: 'all', why: null };

/** What this process may do beyond what every user may. */
export class Privileges {
  /** A set of bits */
  private readonly effective: bigint;
  private readonly status: string;

  /**
   * @param status the text of /proc/PID/status (man 5 proc); empty where it cannot be read
   * @param uid this process's user
   * @param yamaScope kernel.yama.ptrace_scope; 0 where the kernel is without it
   */
  constructor(
    status: string = readStatus(),
    readonly uid: number = process.geteuid?.() ?? 0,
    readonly yamaScope: number = readYamaScope(),
  ) {
    this.status = status;
    this.effective = capabilitySet(status, 'CapEff');
  }

  /** Whether other users' processes may be looked into. */
  get mayTrace(): boolean {
    return this.has(CAP_SYS_PTRACE);
  }

  /** Whether other users' processes may be signalled. */
  get mayKill(): boolean {
    return this.has(CAP_KILL);
  }

  /** Whether other network namespaces may be entered (man 2 setns). */
  get mayEnterNamespaces(): boolean {
    return this.has(CAP_SYS_ADMIN);
  }

  /** /proc/PID/fd may be listed by its own user, and its links be read with ptrace access: it takes two capabilities. */
  get seesEveryProcess(): boolean {
    return (this.has(CAP_DAC_READ_SEARCH) || this.has(CAP_DAC_OVERRIDE)) && this.mayTrace;
  }

  /** One sentence on what is not allowed, or null where everything is. */
  missing(): string | null {
    const close = this.has(CAP_NET_ADMIN);
    const see = this.seesEveryProcess;
    if (close && see) return null;
    const lacks = [see ? null : 'see other users’ processes', close ? null : 'close connections'];
    return `Without root, SocketScope cannot ${lacks.filter((part) => part !== null).join(' or ')}.`;
  }

  /** @param namespace this process's network namespace, and why sockets of others stay closed to it */
  rights(namespace: Rights['namespace']): Rights {
    const finish = this.finish();
    return {
      uid: this.uid,
      reset: this.has(CAP_NET_ADMIN) ? ALL : this.resetWithoutLeave(finish),
      resets: 'sockets',
      finish,
      signal: this.has(CAP_KILL)
        ? ALL
        : { reach: 'own', why: `Ending other users’ processes needs CAP_KILL.${this.advice}` },
      suspend: true,
      couldElevate: this.couldElevate,
      namespace,
    };
  }

  /** Through the owner's descriptor: ptrace attach rights (man 2 pidfd_getfd). */
  private finish(): Right {
    const scope = this.yamaScope;
    if (scope === 3)
      return {
        reach: 'none',
        why: 'Yama forbids it to everybody until the next boot (kernel.yama.ptrace_scope = 3).',
      };
    if (this.mayTrace) return ALL;
    if (scope === 1 || scope === 2)
      return {
        reach: 'none',
        why: `Yama lets only CAP_SYS_PTRACE into other processes (kernel.yama.ptrace_scope = ${scope}).${this.advice}`,
      };
    return {
      reach: 'own',
      why: `Closing other users’ connections gracefully needs CAP_SYS_PTRACE.${this.advice}`,
    };
  }

  private resetWithoutLeave({ reach }: Right): Right {
    return reach === 'none'
      ? { reach, why: `Resetting needs CAP_NET_ADMIN.${this.advice}` }
      : {
          reach: 'own',
          why: `Resetting other than one’s own TCP connections needs CAP_NET_ADMIN.${this.advice}`,
        };
  }

  /** Nothing where root is what lacks it: in a container, say. */
  private get advice(): string {
    return this.uid === 0 ? '' : ' Run SocketScope as root.';
  }

  /** Whether a program started by pkexec or sudo would have what this one lacks. */
  private get couldElevate(): boolean {
    const wanted = [CAP_NET_ADMIN, CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH, CAP_KILL];
    const lacks = wanted.filter((bit) => !this.has(bit));
    if (lacks.length === 0 || this.uid === 0) return false;
    // Set-user-ID programs give no more than the bounding set, and nothing with no_new_privs (man 7 capabilities, 2 prctl).
    const bounds = capabilitySet(this.status, 'CapBnd');
    return !/^NoNewPrivs:\s*1/m.test(this.status) && lacks.some((bit) => (bounds & bit) !== 0n);
  }

  private has(capability: bigint): boolean {
    return (this.effective & capability) !== 0n;
  }
}

function readStatus(): string {
  try {
    return fs.readFileSync('/proc/self/status', 'utf8');
  } catch {
    return '';
  }
}

function capabilitySet(status: string, name: string): bigint {
  const mask = new RegExp(`^${name}:\\s*([0-9a-f]+)$`, 'm').exec(status)?.[1];
  return mask === undefined ? 0n : BigInt(`0x${mask}`);
}
