/** As equality.test.ts, of the built program as an ordinary user and with CAP_NET_ADMIN only. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildProgram } from '../remote/fixtures/builtProgram';
import { trueHolders } from '../native/linux/fixtures/descriptors';
import { eventually } from '../native/linux/fixtures/needs';
import { asksTheKernel } from '../native/linux/fixtures/ss';
import type { SsRow } from '../native/linux/fixtures/ss';
import { CAPABILITIES, NOBODY } from '../native/linux/fixtures/stage';
import type { SocketRow } from '../shared/socket';
import {
  between,
  churners,
  everyPid,
  expectConsistent,
  expectNoWrongOwner,
  scene,
  setUpEquality,
  ss,
  stage,
  startChurn,
} from './fixtures/equalityScene';
import { comparable, detailed, factsOf, identity, pidsOf, textsOf, textsOfRows } from './fixtures/witness';
import type { Listed } from './fixtures/witness';

const REPOSITORY = fileURLToPath(new URL('..', import.meta.url));

setUpEquality();

/** Starts a program as nobody, without any capability or with just these (man 1 setpriv). */
function asNobody(capabilities: string): string[] {
  return [
    ...['setpriv', '--reuid', String(NOBODY), '--regid', String(NOBODY), '--clear-groups'],
    ...['inh', 'ambient'].map((set) => `--${set}-caps=${capabilities}`),
    `--bounding-set=${capabilities}`,
  ];
}

describe.each([
  { who: 'an ordinary user', capabilities: '-all', mask: 0 },
  { who: 'CAP_NET_ADMIN only', capabilities: '-all,+net_admin', mask: CAPABILITIES.NET_ADMIN },
])('the built program as $who', ({ capabilities, mask }) => {
  const prefix = asNobody(capabilities);
  let program: string;

  beforeAll(async () => {
    if (churners === undefined) return;
    // In a folder that every user may read, with what it loads at run time.
    const folder = stage.file(`program-${mask}`);
    program = await buildProgram(folder);
    for (const name of ['koffi', '@koromix']) {
      const from = path.join(REPOSITORY, 'node_modules', name);
      if (fs.existsSync(from))
        fs.cpSync(from, path.join(folder, 'node_modules', name), { recursive: true, dereference: true });
    }
    makeReadable(folder);
    await scene.endSome();
  }, 60_000);

  beforeEach(({ skip }) => {
    skip(spawnSync('setpriv', ['--version']).status !== 0, 'needs setpriv (util-linux)');
  });

  /** Runs it as this user, in this network; into files, because a pipe is a socket itself. */
  function run([file, ...args]: readonly string[]): string {
    const out = fs.openSync(stage.file('out'), 'w+');
    const errors = fs.openSync(stage.file('errors'), 'w+');
    try {
      const [first, ...rest] = prefix;
      const { status } = spawnSync(first!, [...rest, file!, ...args], {
        cwd: '/',
        stdio: ['ignore', out, errors],
      });
      const problems = fs.readFileSync(stage.file('errors'), 'utf8');
      // Somebody else on this machine may use a family that this kernel cannot list.
      expect(problems.replaceAll(/^socketscope: .*\b(vsock_diag|xsk_diag)\b.*\n/gm, '')).toBe('');
      expect(status).toBe(problems === '' ? 0 : 4);
      return fs.readFileSync(stage.file('out'), 'utf8');
    } finally {
      fs.closeSync(out);
      fs.closeSync(errors);
    }
  }

  function list(): SocketRow[] {
    const output = run([stage.node(NOBODY), program, 'list', '--json', '--all', '--bound']);
    return (JSON.parse(output) as SocketRow[]).filter((row) => !asksTheKernel(row));
  }

  /** It prints the primary holder, and how many there are. */
  const listed = (): Listed[] =>
    list().map((row) => ({ row, pids: row.owner === 'known' ? [row.pid!] : [] }));

  const byNumber = (count: number): string => ` holders ${count}`;

  function expectSame(rows: readonly Listed[], theirs: readonly SsRow[]): void {
    const withDetails = detailed(theirs);
    expect(textsOfRows(rows, withDetails, ({ row }) => byNumber(row.holders))).toEqual(
      textsOf(theirs, ({ pids }) => byNumber(pids.length)),
    );
    const holders = new Map(theirs.map((row) => [identity(row), row.pids]));
    for (const { row, pids } of comparable(rows)) {
      if (row.protocol === 'netlink' || pids.length === 0) continue;
      expect(holders.get(identity(factsOf(row, withDetails)))).toContain(pids[0]);
    }
  }

  /** The kernel's own ends of netlink have an inode, but are held by nobody. */
  function isHeld({ inode, protocol, localPort }: SocketRow): boolean {
    return inode !== null && !(protocol === 'netlink' && localPort === 0);
  }

  /** Against /proc as root sees it: one's own processes are named, and of the others it is said that they are hidden. */
  function expectOwnOwnersOnly(rows: readonly Listed[]): void {
    const truth = trueHolders(everyPid());
    const counts = { known: 0, hidden: 0, partly: 0 };
    for (const { row, pids } of rows) {
      const all = row.inode === null ? [] : pidsOf(truth.get(row.inode) ?? []);
      const visible = all.filter((pid) => userOf(pid) === NOBODY);
      const what = `${row.id} ${row.protocol} ${row.localAddress}`;
      expect(`${what}: ${row.holders}`).toBe(`${what}: ${visible.length}`);
      if (visible.length > 0) {
        expect(visible).toContain(row.pid);
        expect(row.owner).toBe('known');
        counts.known++;
        if (visible.length < all.length) counts.partly++;
      } else {
        expect(`${what}: ${row.owner} ${row.pid}`).toBe(
          `${what}: ${isHeld(row) ? 'hidden' : row.owner} null`,
        );
        if (isHeld(row)) counts.hidden++;
        else expect(['none', 'unaccepted']).toContain(row.owner);
      }
      expect(pids.length).toBe(Math.min(1, visible.length));
    }
    expect(counts.known).toBeGreaterThan(20);
    expect(counts.hidden).toBeGreaterThan(20);
    // Held by one of one's own and by another one
    expect(counts.partly).toBeGreaterThanOrEqual(1);
  }

  it('has these capabilities and no other', () => {
    const status = run(['grep', '^CapEff:', '/proc/self/status']);
    expect(Number.parseInt(status.split(/\s+/)[1]!, 16)).toBe(mask);
  });

  it('lists what ss lists for the same user; names its own processes and hides no other behind them', async () => {
    await eventually(() => {
      const quiet = between(listed, prefix);
      expect(quiet).not.toBeNull();
      const [rows, theirs] = quiet!;
      expect(theirs.length).toBeGreaterThan(100);
      expectSame(rows, theirs);
      expectOwnOwnersOnly(rows);
      const bound = rows.filter(({ row }) => row.state === 'BOUND' && row.protocol === 'tcp');
      expect(bound.map(({ row }) => row.inode!).sort()).toEqual([...scene.bound].sort());
    });
  }, 60_000);

  it('misses, invents and mistakes nothing while sockets come and go', async () => {
    const ports = await startChurn();
    for (let round = 0; round < 2; round++) {
      const before = ss(prefix);
      const rows = listed();
      const after = ss(prefix);
      expectConsistent(rows, before, after, ports);
      expectNoWrongOwner(rows, ports);
    }
    // Stopped in the midst of it
    await Promise.all(churners.map((churner) => churner.halt()));
    await eventually(() => {
      const quiet = between(listed, prefix);
      expect(quiet).not.toBeNull();
      expectSame(...quiet!);
      expectOwnOwnersOnly(quiet![0]);
    });
    for (const churner of churners) {
      churner.thaw();
      await churner.do('calm', {});
    }
  }, 60_000);
});

/** The effective user of a process; null where it has ended. */
function userOf(pid: number): number | null {
  try {
    const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^Uid:\s+\d+\s+(\d+)/m.exec(status)![1]);
  } catch {
    return null;
  }
}

/** Lets every user read a folder and what is in it, whatever this user's umask is. */
function makeReadable(folder: string): void {
  fs.chmodSync(folder, 0o755);
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) makeReadable(file);
    else fs.chmodSync(file, 0o755);
  }
}
