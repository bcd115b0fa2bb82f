import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { cli, folder, POSIX, serve, setUpProgram, showToken, TOKEN } from './fixtures/program';

setUpProgram();

describe('serve', () => {
  it('prints the address with its token, serves the page, and ends on SIGTERM', async () => {
    const { child, line, url, ended } = await serve([]);
    const [, token = ''] = /#token=([\w-]+)$/.exec(line) ?? [];
    expect(line).toBe(`SocketScope is running at ${url}#token=${token}`);
    expect(token.length).toBeGreaterThanOrEqual(32);
    expect(await (await fetch(url)).text()).toContain('<title>SocketScope</title>');
    expect(await showToken(url, token)).toEqual({ type: 'accepted', actions: false });
    expect(await showToken(url, `${token}0`)).toBe(1008);

    // A page is open, and somebody who was refused does not go away.
    const page = new WebSocket(`${url.replace('http', 'ws')}data`, { origin: url.replace(/\/$/, '') });
    await new Promise((resolve) => page.once('open', resolve));
    const refused = net.connect({ port: Number(new URL(url).port), host: '127.0.0.1', allowHalfOpen: true });
    refused.on('error', () => undefined);
    refused.write(`GET /x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
    await new Promise((resolve) => refused.once('data', resolve));
    child.kill('SIGTERM');
    if (POSIX) expect(await ended).toEqual([0, null]);
    refused.destroy();
    page.terminate();
  });

  it.skipIf(!POSIX).each(['SIGINT', 'SIGHUP'] as const)('ends on %s', async (signal) => {
    const { child, ended } = await serve([]);
    child.kill(signal);
    expect(await ended).toEqual([0, null]);
  });

  it('takes the token from a file, and does not repeat it', async () => {
    const file = path.join(folder, 'token');
    fs.writeFileSync(file, `${TOKEN}\n`, { mode: 0o600 });
    const { url, output } = await serve(['--token-file', file, '--allow-actions'], {
      SOCKETSCOPE_TOKEN: 'the-file-goes-before-this',
    });
    expect(await showToken(url, TOKEN)).toEqual({ type: 'accepted', actions: true });
    expect(output()).not.toContain(TOKEN);
    expect(output()).toContain('The page may close sockets, and end, kill and suspend processes');
  });

  it.runIf(POSIX)('warns of a token file that others can read, and takes it', async () => {
    const file = path.join(folder, 'open-token');
    fs.writeFileSync(file, TOKEN, { mode: 0o644 });
    const { url, output } = await serve(['--token-file', file]);
    expect(await showToken(url, TOKEN)).toEqual({ type: 'accepted', actions: false });
    expect(output()).toContain(`chmod 600 ${file}`);
  });

  it('takes the token from the environment, and does not repeat it', async () => {
    const { url, output } = await serve([], { SOCKETSCOPE_TOKEN: TOKEN });
    expect(await showToken(url, TOKEN)).toEqual({ type: 'accepted', actions: false });
    expect(output()).toContain(
      '--allow-actions lets the page close sockets, and end, kill and suspend processes',
    );
    expect(output()).not.toContain(TOKEN);
  });

  it.each(['short', 'with spaces in between', '#hash#hash#hash#hash', ''])(
    'refuses "%s" as a token, without repeating it',
    async (token) => {
      const file = path.join(folder, 'bad-token');
      fs.writeFileSync(file, token);
      const { status, stdout, stderr } = await cli('serve', '--demo', 'idle', '--token-file', file);
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toMatch(/16 or more/);
      if (token !== '') expect(stderr).not.toContain(token);
    },
  );

  it('says in one line that its port is taken', async () => {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as net.AddressInfo;
    try {
      expect(await cli('serve', '--demo', 'idle', '--port', String(port))).toEqual({
        status: 4,
        stdout: '',
        stderr: `socketscope: Port ${port} is in use. Choose another with --port.\n`,
      });
    } finally {
      server.close();
    }
  });

  it('says in one line that the page is not built', async () => {
    const page = path.join(folder, 'renderer');
    fs.renameSync(page, `${page}-away`);
    try {
      const { status, stderr } = await cli('serve', '--demo', 'idle');
      expect({ status, stderr }).toEqual({
        status: 4,
        stderr: 'socketscope: The page is not built. Run: npm run build\n',
      });
    } finally {
      fs.renameSync(`${page}-away`, page);
    }
  });
});
