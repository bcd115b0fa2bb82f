import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { BIG, PAGE, connect, request, scene, start, useHosts } from './fixtures/hostScene';

useHosts();

describe('the files', () => {
  it('are served with their type and the policy', async () => {
    const host = await start();
    const answer = await request(host, '/');
    expect(answer).toMatchObject({ status: 200, body: PAGE });
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect((await request(host, '/assets/app.js')).headers['content-type']).toMatch(/^text\/javascript/);
    expect((await request(host, '/assets/app.css')).headers['content-type']).toMatch(/^text\/css/);
    expect((await request(host, '/assets/big.js')).body).toBe(BIG);
    const head = await request(host, '/index.html', { method: 'HEAD' });
    expect(head).toMatchObject({ status: 200, body: '' });
    expect(head.headers['content-type']).toBe('text/html; charset=utf-8');
  });

  it.each([
    ['GET', '/', 200],
    ['GET', '/missing', 404],
    ['POST', '/', 405],
  ])('carry the policy whatever the answer: %s %s', async (method, target, status) => {
    const answer = await request(await start(), target, { method });
    expect(answer.status).toBe(status);
    const policy = answer.headers['content-security-policy'] ?? '';
    const directives = new Map(
      policy.split('; ').map((directive): [string, string] => {
        const [name = '', ...values] = directive.split(' ');
        return [name, values.join(' ')];
      }),
    );
    expect(Object.fromEntries(directives)).toMatchObject({
      'default-src': "'none'",
      'script-src': "'self'",
      'style-src': "'self'",
      'connect-src': "'self'",
      'base-uri': "'none'",
      'form-action': "'none'",
      'frame-ancestors': "'none'",
    });
    expect(policy).not.toContain('unsafe');
    expect(answer.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    // No other site may read what is here.
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('are not where there is none', async () => {
    const host = await start();
    for (const target of ['/missing.js', '/assets', '/assets/', '/index.html/', '/%', '/data', '/actions'])
      expect((await request(host, target)).status, target).toBe(404);
  });

  it('cannot be changed, nor asked for otherwise', async () => {
    const host = await start();
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE']) {
      const answer = await request(host, '/index.html', { method, body: 'text' });
      expect(answer.status, method).toBe(405);
      expect(answer.headers['allow']).toBe('GET, HEAD');
      expect(answer.body).not.toContain(PAGE);
    }
    expect(fs.readFileSync(path.join(scene.pageRoot, 'index.html'), 'utf8')).toBe(PAGE);
  });

  it('end where the folder ends', async () => {
    const host = await start();
    const secret = path.join(scene.folder, 'secret.txt');
    const ways = [
      '/../secret.txt',
      '/assets/../../secret.txt',
      '/%2e%2e/secret.txt',
      '/%2E%2E/secret.txt',
      '/.%2e/secret.txt',
      '/%2e%2e%2fsecret.txt',
      '/..%2fsecret.txt',
      '/..%2Fsecret.txt',
      '/assets%2f..%2f..%2fsecret.txt',
      '/..%5csecret.txt',
      '/..\\secret.txt',
      '/assets\\..\\..\\secret.txt',
      '/%252e%252e/secret.txt',
      '/%c0%ae%c0%ae/secret.txt',
      '/..;/secret.txt',
      '/..%00/secret.txt',
      '/../secret.txt%00.html',
      '//../secret.txt',
      '/./../secret.txt',
      secret,
      `/${secret}`,
      `/${encodeURIComponent(secret)}`,
      `/..%2f..%2f..%2f..%2f..%2f..%2f..%2f..${encodeURIComponent(secret)}`,
      `file://${secret}`,
      `http://127.0.0.1/..%2fsecret.txt`,
    ];
    for (const way of ways) {
      const answer = await request(host, way);
      expect(answer.status, way).toBe(404);
      expect(answer.body, way).not.toContain('SECRET');
    }
    // Node itself refuses what no URL may hold.
    expect((await request(host, '/\0../secret.txt')).status).toBe(400);
  });

  it.skipIf(process.platform !== 'linux')('are closed when the reader leaves early', async () => {
    const host = await start();
    const readers = await Promise.all(Array.from({ length: 5 }, () => connect(host.port)));
    await Promise.all(
      readers.map(async (socket) => {
        socket.write(`GET /assets/big.js HTTP/1.1\r\nHost: ${host.name}\r\n\r\n`);
        await new Promise((resolve) => socket.once('data', resolve));
      }),
    );
    expect(descriptorsOf('big.js')).toBe(5);
    for (const socket of readers) socket.destroy();
    await vi.waitFor(() => expect(descriptorsOf('big.js')).toBe(0), { timeout: 5000 });
  });
});

/** How many descriptors of this process are of a file with this name. */
function descriptorsOf(name: string): number {
  return fs.readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return fs.readlinkSync(`/proc/self/fd/${fd}`).endsWith(`/${name}`);
    } catch {
      return false;
    }
  }).length;
}
