import fs from 'node:fs';

/** Bits of /proc/self/status CapEff (linux/capability.h). */
const CAP_DAC_OVERRIDE = 1n << 1n;
const CAP_DAC_READ_SEARCH = 1n << 2n;
const CAP_NET_ADMIN = 1n << 12n;
const CAP_SYS_PTRACE = 1n << 19n;

/** What this process may do beyond what every user may. */
export class Privileges {
  /** A set of bits */
  private readonly capabilities = readCapabilities();

  /** Whether other users' processes may be looked into. */
  get mayTrace(): boolean {
    return this.has(CAP_SYS_PTRACE);
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

  private has(capability: bigint): boolean {
    return (this.capabilities & capability) !== 0n;
  }
}

function readCapabilities(): bigint {
  try {
    const mask = /^CapEff:\s*([0-9a-f]+)$/m.exec(fs.readFileSync('/proc/self/status', 'utf8'))?.[1];
    return mask === undefined ? 0n : BigInt(`0x${mask}`);
  } catch {
    return 0n;
  }
}
