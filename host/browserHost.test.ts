import os from 'node:os';
import { describe, expect, it, vi } from 'vitest';
import { PROTOCOL_VERSION } from '../shared/contract';
import { startBrowserHost } from './browserHost';
import {
  Page,
  TOKEN,
  connect,
  enter,
  greet,
  knock,
  open,
  request,
  scene,
  start,
  upgrade,
  useHosts,
} from './fixtures/hostScene';

useHosts();

describe('the host', () => {
  it('survives a message that is too large; its sender does not', async () => {
    const host = await start();
    const other = await enter(host);
    const stranger = await open(host);
    stranger.send('x'.repeat(5 * 1024 * 1024));
    expect(await stranger.closed).not.toBe(1000);
    expect(stranger.received).toEqual([]);
    const known = await enter(host);
    known.send({ type: 'hello', version: PROTOCOL_VERSION, padding: 'x'.repeat(5 * 1024 * 1024) });
    await known.closed;
    expect(known.received).toHaveLength(1); // that it was accepted
    expect((await greet(other)).size).toBe(20);
    expect((await request(host, '/')).status).toBe(200);
  });

  it.each([
    ['reserved bits', [0xff, 0xff, 0xff, 0xff]],
    ['an unmasked message', [0x81, 0x02, 0x7b, 0x7d]],
    ['an unknown opcode', [0x83, 0x80, 0, 0, 0, 0]],
    ['text that is not UTF-8', [0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28]],
    ['an absurd length', [0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
    ['half a message', [0x81, 0x85, 0, 0, 0, 0, 0x7b]],
  ])('survives %s', async (_name, bytes) => {
    const host = await start();
    const other = await enter(host);
    const text = Buffer.from(JSON.stringify({ token: TOKEN }));
    // Masked with zeros, which change nothing (RFC 6455 5.3).
    const token = Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), text]);
    for (const first of [Buffer.alloc(0), token]) {
      const socket = await connect(host.port);
      const ended = new Promise((resolve) => socket.once('close', resolve));
      socket.write(Buffer.concat([Buffer.from(upgrade(host, '/data')), first, Buffer.from(bytes)]));
      socket.on('data', () => undefined);
      socket.end();
      await ended;
    }
    expect((await greet(other)).size).toBe(20);
  });

  it('serves many pages at once, and the rest when some leave', async () => {
    const host = await start('churn');
    const pages = await Promise.all(Array.from({ length: 40 }, () => enter(host)));
    const snapshots = await Promise.all(pages.map(greet));
    for (const rows of snapshots) expect(rows.size).toBe(400);
    for (const page of pages.slice(0, 20)) page.socket.terminate();
    const staying = pages.slice(20);
    staying[0]!.send({ type: 'refresh' });
    for (const page of staying) expect((await page.next()).type).toBe('diff');
  });

  it('is not reached from other addresses', async () => {
    const { port } = await start();
    await expect(connect(port, { host: '127.0.0.2' })).rejects.toThrow();
    await expect(connect(port, { host: '::1' })).rejects.toThrow();
    for (const { address, internal, family } of Object.values(os.networkInterfaces()).flatMap(
      (list) => list ?? [],
    ))
      if (!internal && family === 'IPv4') await expect(connect(port, { host: address })).rejects.toThrow();
    await connect(port);
  });

  it('says so where its port is taken', async () => {
    const { port, engine } = await start();
    await expect(
      startBrowserHost({ engine, pageRoot: scene.pageRoot, port, token: TOKEN, allowActions: false }),
    ).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('ends everything when it closes', async () => {
    const host = await start();
    const pages = [await enter(host), await enter(host, '/actions'), await open(host)];
    const idle = await connect(host.port);
    const reading = await connect(host.port);
    reading.write(`GET /assets/big.js HTTP/1.1\r\nHost: ${host.name}\r\n\r\n`);
    await new Promise((resolve) => reading.once('data', resolve));
    reading.pause();
    // A client that was refused and never closes its own half.
    const refused = await connect(host.port, { allowHalfOpen: true });
    refused.write(upgrade(host, '/other'));
    await new Promise((resolve) => refused.once('data', resolve));

    const ended = [idle, reading].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    await host.close();
    await Promise.all(pages.map((page) => page.closed));
    idle.resume();
    reading.resume();
    await Promise.all(ended);
    await expect(connect(host.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('strangers', () => {
  it('are let in by sixteen at a time until they show the token, which costs nobody else their place', async () => {
    const host = await start();
    const friend = (await knock(host)) as Page;
    expect(await friend.ask({ token: TOKEN })).toMatchObject({ type: 'accepted' });
    const strangers = await Promise.all(Array.from({ length: 16 }, () => knock(host)));
    expect(strangers.every((page) => page instanceof Page)).toBe(true);
    expect(await knock(host)).toBe(503);
    const leaving = strangers[0] as Page;
    leaving.socket.terminate();
    await leaving.closed;
    await vi.waitFor(async () => expect(await knock(host)).toBeInstanceOf(Page));
    expect(await friend.ask({ type: 'hello', version: PROTOCOL_VERSION })).toMatchObject({ type: 'welcome' });
  });
});
