import { once } from 'node:events';
import net from 'node:net';
import { describe, expect, it } from 'vitest';
import { cli, lines, POSIX, setUpProgram, shell, TOKEN } from './fixtures/program';

setUpProgram();

describe('close', () => {
  it('prints "gone" for an id that does not exist', async () => {
    expect(await cli('close', '--demo', 'idle', 'demo-ffff')).toEqual({
      status: 1,
      stdout: 'gone\n',
      stderr: '',
    });
  });

  it('prints an outcome for each id', async () => {
    expect(await cli('close', '--demo', 'idle', 'demo-01', 'demo-ffff', 'demo-02')).toEqual({
      status: 1,
      stdout: 'closed\ngone\nclosed\n',
      stderr: '',
    });
    expect(await cli('close', '--demo', 'idle', 'demo-01')).toMatchObject({ status: 0, stdout: 'closed\n' });
  });

  it('--gracefully ends connections in peace, and refuses what is none', async () => {
    const { stdout } = await cli('list', '--json', '--demo', 'idle');
    const rows = JSON.parse(stdout) as { id: string; protocol: string; state: string | null }[];
    const connection = rows.find(({ protocol, state }) => protocol === 'tcp' && state === 'ESTABLISHED')!;
    const listener = rows.find(({ state }) => state === 'LISTEN')!;
    const ended = await cli('close', '--gracefully', '--demo', 'idle', connection.id, listener.id);
    expect(ended).toMatchObject({ status: 3, stdout: 'closed\nrefused\n' });
    expect(lines(ended.stderr)).toHaveLength(1);
  });

  it('says why it was refused', async () => {
    const { status, stdout, stderr } = await cli('close', '--demo', 'unprivileged', 'demo-01');
    expect({ status, stdout }).toEqual({ status: 3, stdout: 'refused\n' });
    expect(lines(stderr)).toEqual([expect.stringContaining('CAP_NET_ADMIN')]);
  });

  it.skipIf(!POSIX)('keeps its exit status when nobody reads what it prints', async () => {
    const close = '"$NODE" "$SOCKETSCOPE" close --demo unprivileged demo-01';
    expect((await shell(`{ ${close}; echo "status $?" >&2; } | true`)).stderr).toMatch(/status 3\n$/);
    const neither = await shell(`{ { ${close}; echo "status $?" >&3; } 2>&1 | true; } 3>&2`);
    expect(neither.stderr).toBe('status 3\n');
    const noErrors = await shell(`{ { ${close} 2>&1 >/dev/null; echo "status $?" >&3; } | true; } 3>&2`);
    expect(noErrors.stderr).toBe('status 3\n');
  });
});

describe('show', () => {
  it('prints everything known of one socket', async () => {
    const { status, stdout, stderr } = await cli('show', '--demo', 'idle', 'demo-01');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(lines(stdout)[1]).toBe('id demo-01');
    const json = await cli('show', '--demo', 'idle', '--json', 'demo-01');
    expect(JSON.parse(json.stdout)).toMatchObject({ id: 'demo-01', details: { groups: expect.any(Array) } });
  });

  it('is status 1 for an id that does not exist', async () => {
    expect(await cli('show', '--demo', 'idle', 'demo-ffff')).toEqual({
      status: 1,
      stdout: '',
      stderr: 'socketscope: demo-ffff is gone, or never was.\n',
    });
  });
});

describe.skipIf(process.platform !== 'linux')('what the system is set to', () => {
  it('ports prints the ranges of this kernel, and one port with what has it', async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as net.AddressInfo;
    const [all, json, one] = await Promise.all([
      cli('ports'),
      cli('ports', '--json'),
      cli('ports', String(port)),
    ]).finally(() => server.close());
    expect(all).toMatchObject({ status: 0, stderr: '' });
    expect(all.stdout).toMatch(/^TCP v4, TCP v6, UDP v4, UDP v6\n {2}Ephemeral {2}\d+–\d+\n/);
    expect(JSON.parse(json.stdout)).toMatchObject({ tables: [{ protocol: 'tcp', family: 4 }, {}, {}, {}] });
    expect(one).toMatchObject({ status: 0, stderr: '' });
    expect(one.stdout).toMatch(new RegExp(`^Port ${port}: 1 listener\\n`));
  });

  it('time-wait says what is fixed, and sets nothing', async () => {
    expect(JSON.parse((await cli('time-wait', '--json')).stdout)).toMatchObject({
      state: 'fixed',
      seconds: 60,
    });
    for (const args of [['set', '60', '--yes'], ['remove']]) {
      const { status, stdout, stderr } = await cli('time-wait', ...args);
      expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
      expect(stderr).toMatch(/^socketscope: Linux keeps TIME_WAIT for 60 s, fixed/);
    }
  });

  it('winsock says that it is not here, and what is', async () => {
    const { status, stdout, stderr } = await cli('winsock', '--json');
    expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
    expect(lines(stderr)).toEqual([expect.stringContaining('/proc/net/protocols')]);
  });
});

describe('a command line that makes no sense', () => {
  it.each([
    ['nothing', [], /list, show, close, serve, .* or help/],
    ['an unknown command', ['watch'], /no command "watch"/],
    ['an option of no command', ['--json'], /no command "--json"/],
    ['an unknown option', ['list', '--xml'], /--xml/],
    ['an option of another command', ['list', '--allow-actions'], /--allow-actions/],
    ['two formats', ['list', '--json', '--csv'], /one of --json and --csv/],
    ['a value where there is none', ['list', '--json=yes'], /--json/],
    [
      'a field that there is not',
      ['list', 'prot:80'],
      /no field “prot”.*protocol:.*\n {2}prot:80\n {2}\^\^\^\^\n/,
    ],
    [
      'a value that makes no sense',
      ['list', '--json', 'nginx', 'pid:x'],
      /“x” is no number.*\n {2}nginx pid:x\n {12}\^\n/,
    ],
    ['nothing to close', ['close'], /id of at least one/],
    ['nothing to close, but a demonstration', ['close', '--demo', 'idle'], /id of at least one/],
    ['nothing to show', ['show'], /id of one socket/],
    ['two to show', ['show', 'demo-01', 'demo-02'], /id of one socket/],
    ['an unknown protocol', ['list', '--protocols', 'tcp,smtp'], /no protocol "smtp".*unix/],
    ['no protocol', ['list', '--protocols='], /no protocol ""/],
    ['protocols and all', ['list', '--protocols', 'tcp', '--all'], /one of --protocols and --all/],
    ['all of what', ['list', '--all=unix'], /--all/],
    ['a choice that close does not have', ['close', '--all', 'x'], /--all/],
    ['no name for the demonstration', ['list', '--demo'], /--demo/],
    ['no port', ['serve', '--port', 'http'], /--port takes/],
    ['a port too large', ['serve', '--port', '65536'], /--port takes/],
    ['a negative port', ['serve', '--port=-1'], /--port takes/],
    ['a word for serve', ['serve', '8080'], /no "8080"/],
    ['a word for winsock', ['winsock', 'catalog'], /no "catalog"/],
    ['two ports', ['ports', '80', '81'], /no "81"/],
    ['a port that is none', ['ports', 'http'], /1 to 65535, not "http"/],
    ['a time that Windows does not take', ['time-wait', 'set', '10'], /30 to 300 seconds, not "10"/],
    ['a word that time-wait does not know', ['time-wait', 'get'], /"set SECONDS" or "remove"/],
    ['the token as an argument', ['serve', `--token=${TOKEN}`], /--token/],
    [
      'a token file that is not there',
      ['serve', '--token-file', '/nowhere/token'],
      /token file cannot be read/,
    ],
  ])('is told so with status 2: %s', async (_name, args, problem) => {
    const { status, stdout, stderr } = await cli(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^socketscope: /);
    expect(stderr).toMatch(problem);
    expect(stderr).toMatch(/\nTry: socketscope help\n$/);
  });

  it.each(['help', '--help', '-h'])('is not this: %s', async (word) => {
    const { status, stdout, stderr } = await cli(word);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    for (const command of ['list', 'close', 'serve', 'ports', 'time-wait', 'winsock'])
      expect(stdout).toContain(`socketscope ${command}`);
  });

  it.each(['list', 'close', 'serve'])(
    'names the demonstrations where there is none so called: %s',
    async (command) => {
      const { status, stdout, stderr } = await cli(
        command,
        '--demo',
        'nope',
        ...(command === 'close' ? ['x'] : []),
      );
      expect({ status, stdout }).toEqual({ status: 4, stdout: '' });
      expect(lines(stderr)).toEqual([expect.stringMatching(/^socketscope: .*"nope".*idle.*churn/)]);
    },
  );
});
