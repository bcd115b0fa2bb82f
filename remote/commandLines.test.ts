import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elevationCommand, sshCommand } from './commandLines';

const ssh = (host: string, more: Partial<Parameters<typeof sshCommand>[0]> = {}) =>
  sshCommand({ host, mayAsk: true, env: {}, ...more });

/** What ssh takes for the destination: the first word behind `--`. */
const behindDashes = ({ args }: { args: string[] }): string[] => args.slice(args.indexOf('--') + 1);

describe('sshCommand', () => {
  it.each(['server', 'user@server', 'ops@10.0.0.5', '2001:db8::1', 'fe80::1%eth0', 'ä.example', 'my_host'])(
    'takes %s as it is',
    (host) => {
      const command = ssh(host);
      expect(command.program).toBe('ssh');
      expect(behindDashes(command)).toEqual([host, 'socketscope', 'engine', '--stdio']);
    },
  );

  it.each([
    '-oProxyCommand=id',
    '--',
    '-',
    '',
    ' server',
    'server -v',
    'server\n',
    'server;id',
    '$(id)',
    '`id`',
    "a'b",
    'a"b',
    'a|b',
    'a&b',
    'a>b',
    'a\\b',
    'a/b',
    'ssh://server',
    '@server',
    '.server',
    '%h',
    '\u202eserver',
    'x'.repeat(201),
  ])('refuses the host %j', (host) => {
    expect(() => ssh(host)).toThrow(/^Refused: /);
  });

  it('never lets a host become an option, or more than one word of a shell’s', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), (host) => {
        let command;
        try {
          command = ssh(host);
        } catch {
          return;
        }
        expect(behindDashes(command)).toEqual([host, 'socketscope', 'engine', '--stdio']);
        expect(host).toMatch(/^[^\s\-"'`$&|;<>(){}*?!\\/#~^][^\s"'`$&|;<>(){}*?!\\/#~^]*$/u);
      }),
      { numRuns: 5000 },
    );
  });

  it('hands nothing of this machine on, whatever the user’s configuration says', () => {
    const options = ssh('server').args.join(' ');
    for (const option of [
      '-T',
      'RequestTTY=no',
      'RemoteCommand=none',
      'ClearAllForwardings=yes',
      'ForwardAgent=no',
      'ForwardX11=no',
      'GSSAPIDelegateCredentials=no',
      'Tunnel=no',
    ])
      expect(options).toContain(option);
  });

  it('asks nothing where nobody can answer', () => {
    expect(ssh('server').args).not.toContain('BatchMode=yes');
    expect(ssh('server', { mayAsk: false }).args).toContain('BatchMode=yes');
  });

  it('runs what the user names, over what the environment names', () => {
    const env = { SOCKETSCOPE_SSH: '/opt/ssh', SOCKETSCOPE_REMOTE_PROGRAM: '/opt/s' };
    expect(ssh('server', { env }).program).toBe('/opt/ssh');
    expect(behindDashes(ssh('server', { env }))[1]).toBe('/opt/s');
    expect(behindDashes(ssh('server', { env, program: 'sudo -n socketscope' }))[1]).toBe(
      'sudo -n socketscope',
    );
  });

  it.each(['-v', ' -v', '', ' '])('refuses the program %j, which ssh would take for an option', (program) => {
    expect(() => ssh('server', { program })).toThrow('is no program');
  });

  it.each(['a b', '$(id)', ';id', '', 'a\nb'])('hands no %j to the shell there', (word) => {
    expect(() => ssh('server', { args: ['--demo', word] })).toThrow('cannot be handed to the shell');
  });
});

describe('elevationCommand', () => {
  const there =
    (...commands: string[]) =>
    (command: string) =>
      commands.includes(command) ? `/usr/bin/${command}` : null;
  const elevate = (more: Partial<Parameters<typeof elevationCommand>[0]>) =>
    elevationCommand({
      wrapper: '/opt/w',
      program: null,
      namespaces: false,
      env: {},
      find: there(),
      ...more,
    });

  it('has polkit ask, by an agent and never on a terminal', () => {
    expect(elevate({ find: there('pkexec', 'sudo') })).toEqual({
      program: '/usr/bin/pkexec',
      args: ['--disable-internal-agent', '/opt/w'],
    });
  });

  it('names the program only where it does not lie beside the wrapper', () => {
    const program = ['/usr/bin/node', 'main.js'];
    expect(elevate({ find: there('pkexec'), program, namespaces: true }).args).toEqual([
      '--disable-internal-agent',
      '/opt/w',
      '--namespaces',
      '--',
      '/usr/bin/node',
      'main.js',
    ]);
  });

  it('has sudo ask where there is no polkit, and sudo can', () => {
    const env = { SUDO_ASKPASS: '/usr/bin/ask' };
    expect(elevate({ find: there('sudo'), env })).toEqual({
      program: '/usr/bin/sudo',
      args: ['-k', '-A', '--', '/opt/w'],
    });
    expect(() => elevate({ find: there('sudo') })).toThrow('set SUDO_ASKPASS');
    expect(() => elevate({})).toThrow('neither pkexec nor sudo');
  });

  it('takes the stand-in of a test', () => {
    expect(elevate({ env: { SOCKETSCOPE_PKEXEC: '/tmp/p' }, find: there('pkexec') }).program).toBe('/tmp/p');
  });
});
