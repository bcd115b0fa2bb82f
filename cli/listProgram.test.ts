import net from 'node:net';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli, FIELDS, lines, POSIX, setUpProgram, shell } from './fixtures/program';

setUpProgram();

describe('list', () => {
  it('--json prints one JSON array of the documented fields, and nothing else', async () => {
    const { status, stdout, stderr } = await cli('list', '--json', '--demo', 'idle');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const sockets = JSON.parse(stdout) as Record<string, unknown>[];
    expect(sockets).toHaveLength(20);
    for (const socket of sockets) expect(Object.keys(socket)).toEqual(FIELDS);
    expect(new Set(sockets.map((socket) => socket['id'])).size).toBe(20);
  });

  it('--csv prints the same as CSV', async () => {
    const [csv, json] = await Promise.all(
      ['--csv', '--json'].map((format) => cli('list', format, '--demo', 'idle')),
    );
    expect(csv).toMatchObject({ status: 0, stderr: '' });
    const cells = parse(csv!.stdout, { columns: true }) as Record<string, string>[];
    type Cells = Record<string, string | number | boolean | null>;
    const sockets = JSON.parse(json!.stdout) as Cells[];
    const asText = ({ firstSeenAt: _differs, ...socket }: Cells): unknown =>
      Object.fromEntries(
        Object.entries(socket).map(([name, value]) => [name, value === null ? '' : String(value)]),
      );
    expect(Object.keys(cells[0]!)).toEqual(FIELDS);
    expect(cells.map(asText)).toEqual(sockets.map(asText));
  });

  it('prints a table otherwise', async () => {
    const { status, stdout } = await cli('list', '--demo=idle');
    expect(status).toBe(0);
    expect(lines(stdout)).toHaveLength(21);
    expect(stdout).toMatch(/^Proto {2}State/);
  });

  it.each(['--json', '--csv', '--demo=idle'])('%s keeps command lines back until asked', async (format) => {
    const [without, shown] = await Promise.all([
      cli('list', '--demo', 'idle', format),
      cli('list', '--demo', 'idle', format, '--show-command-lines'),
    ]);
    expect(without.stdout).not.toContain('hunter2');
    expect(shown.stdout).toContain('--password=hunter2');
  });

  it('prints what it could read, names the table it could not on the other stream, and says 4', async () => {
    const { status, stdout, stderr } = await cli('list', '--json', '--demo', 'failing');
    expect(status).toBe(4);
    expect(Array.isArray(JSON.parse(stdout))).toBe(true);
    expect(lines(stderr)).toEqual([expect.stringMatching(/^socketscope: .*tcp6.*ENOBUFS/)]);
  });

  it('prints all of 50,000 sockets into a pipe', async () => {
    const { status, stdout } = await cli('list', '--json', '--demo', 'large');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toHaveLength(50_000);
  });

  it('prints what fits a filter', async () => {
    const all = JSON.parse((await cli('list', '--json', '--demo', 'idle')).stdout) as Record<
      string,
      unknown
    >[];
    const isListener = ({ state }: Record<string, unknown>): boolean => state === 'LISTEN';
    for (const [args, expected] of [
      [['state:listen'], all.filter(isListener)],
      [['-state:listen'], all.filter((socket) => !isListener(socket))],
      [['state:listen', 'or', 'not', 'state:listen'], all],
    ] as const) {
      const { status, stdout, stderr } = await cli('list', ...args, '--json', '--demo', 'idle');
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      const ids = (JSON.parse(stdout) as Record<string, unknown>[]).map(({ id }) => id);
      expect(ids).toEqual(expected.map(({ id }) => id));
      expect(ids.length).toBeGreaterThan(0);
    }
  });

  it.skipIf(!POSIX)('takes it as no error when its reader has seen enough', async () => {
    const { stdout, stderr } = await shell(
      '{ "$NODE" "$SOCKETSCOPE" list --demo large; echo "status $?" >&2; } | head -n 1',
    );
    expect(lines(stdout)).toEqual([expect.stringMatching(/^Proto /)]);
    expect(stderr).toBe('status 0\n');
  });

  it.skipIf(process.platform !== 'linux')('shows this process’s own listener', async () => {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as net.AddressInfo;
    try {
      const { status, stdout } = await cli('list', '--json');
      expect(status).toBe(0);
      const sockets = JSON.parse(stdout) as Record<string, unknown>[];
      for (const socket of sockets) expect(Object.keys(socket)).toEqual(FIELDS);
      const own = sockets.filter((socket) => socket['localPort'] === port && socket['state'] === 'LISTEN');
      expect(own).toMatchObject([{ protocol: 'tcp', localAddress: '127.0.0.1', pid: process.pid }]);
    } finally {
      server.close();
    }
  });
});

describe('what is read', { timeout: 60_000 }, () => {
  const server = net.createServer();
  const name = `socketscope-cli-${process.pid}`;

  beforeAll(async () => {
    if (process.platform === 'linux')
      await new Promise<void>((resolve) => server.listen(`\0${name}`, resolve));
  });
  afterAll(() => server.close());

  /** The sockets that `list` prints, and its exit status: 4 where this kernel lacks a table. */
  async function listed(...args: string[]): Promise<Record<string, unknown>[]> {
    const { status, stdout, stderr } = await cli('list', '--json', ...args);
    expect(status).toBe(stderr === '' ? 0 : 4);
    return JSON.parse(stdout) as Record<string, unknown>[];
  }

  const own = (sockets: Record<string, unknown>[]): Record<string, unknown>[] =>
    sockets.filter(({ localAddress }) => String(localAddress).startsWith(`@${name}`));

  it.skipIf(process.platform !== 'linux')('is TCP and UDP, those that are named, or all', async () => {
    const plain = await listed();
    expect(own(plain)).toEqual([]);
    expect(new Set(plain.map(({ protocol }) => protocol))).toEqual(
      new Set(plain.map(({ protocol }) => protocol).filter((each) => each === 'tcp' || each === 'udp')),
    );
    const unix = await listed('--protocols', 'unix');
    expect(own(unix)).toMatchObject([
      { protocol: 'unix', family: null, type: 'stream', state: 'LISTEN', localPort: null, pid: process.pid },
    ]);
    expect(new Set(unix.map(({ protocol }) => protocol))).toEqual(new Set(['unix']));
    expect(own(await listed('--all', '--bound', '--namespaces'))).toHaveLength(1);
  });

  it.skipIf(process.platform !== 'linux')(
    'can be shown and closed by id, whatever it took to list it',
    async () => {
      const [socket] = own(await listed('--protocols=unix'));
      const id = String(socket!['id']);
      const shown = await cli('show', id);
      expect(shown).toMatchObject({ status: 0, stderr: '' });
      expect(lines(shown.stdout)[1]).toBe(`id ${id}`);
      // Found, though another one has ended; and no UNIX socket can be closed.
      const closed = await cli('close', `${id}f`, id);
      expect(closed).toMatchObject({ status: 3, stdout: 'gone\nrefused\n' });
      expect(closed.stderr).toMatch(
        /UNIX @socketscope-cli-.*: The system closes no UNIX sockets from outside/,
      );
    },
  );
});
