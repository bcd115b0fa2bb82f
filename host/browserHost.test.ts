import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { Engine } from '../engine';
import { createBackend } from '../native';
import { PROTOCOL_VERSION } from '../shared/contract';
import type { Accepted, BrowserActionReply, EngineMessage } from '../shared/contract';
import type { SocketRow } from '../shared/socket';
import { startBrowserHost } from './browserHost';
import type { BrowserHost } from './browserHost';

const POLICY_VIOLATION = 1008;
const PAGE = '<!doctype html><title>SocketScope</title>';
const BIG = 'x'.repeat(8 * 1024 * 1024);
const TOKEN = 'a-token-of-this-test-0123456789';

let folder: string;
let pageRoot: string;
/** What ends with the test that opened it, in this order. */
let opened: (() => unknown)[] = [];

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'socketscope-host-'));
  pageRoot = path.join(folder, 'page');
  fs.mkdirSync(path.join(pageRoot, 'assets'), { recursive: true });
  fs.writeFileSync(path.join(pageRoot, 'index.html'), PAGE);
  fs.writeFileSync(path.join(pageRoot, 'assets', 'app.js'), 'let page;');
  fs.writeFileSync(path.join(pageRoot, 'assets', 'app.css'), 'a {}');
  fs.writeFileSync(path.join(pageRoot, 'assets', 'big.js'), BIG);
  fs.writeFileSync(path.join(folder, 'secret.txt'), 'SECRET');
});

afterEach(async () => {
  vi.useRealTimers();
  for (const close of opened.splice(0)) await close();
});

afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

interface Started extends BrowserHost {
  engine: Engine;
  port: number;
  /** `127.0.0.1:port`, as a browser says it. */
  name: string;
}

/** An engine that has read the invented sockets once, and reads again only when it is asked to. */
function demoEngine(demo: string): Engine {
  const engine = new Engine({
    backend: createBackend(demo),
    clock: { now: Date.now, after: () => () => undefined },
    hostname: 'test',
    engineId: 'test',
  });
  engine.start();
  return engine;
}

async function start(demo = 'idle', allowActions = false, token = TOKEN): Promise<Started> {
  const engine = demoEngine(demo);
  const host = await startBrowserHost({ engine, pageRoot, port: 0, token, allowActions });
  const { port, host: name } = new URL(host.url);
  opened.push(host.close, () => engine.dispose());
  return { ...host, engine, port: Number(port), name };
}

/** A TCP connection that nobody tidies up, so that requests can be as odd as they like. */
function connect(port: number, options: Partial<net.TcpNetConnectOpts> = {}): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ port, host: '127.0.0.1', ...options });
    opened.unshift(() => socket.destroy());
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      socket.on('error', () => undefined);
      resolve(socket);
    });
  });
}

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Sends exactly this request line and Host, and reads the answer to its end. */
async function request(
  { port, name }: Started,
  target: string,
  { method = 'GET', host = name, body = '' }: { method?: string; host?: string | null; body?: string } = {},
): Promise<Answer> {
  const socket = await connect(port);
  // HTTP/1.0: the answer comes in one piece and ends with the connection.
  const lines = [`${method} ${target} HTTP/1.0`];
  if (host !== null) lines.push(`Host: ${host}`);
  if (body !== '') lines.push(`Content-Length: ${body.length}`);
  socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  const [head = '', ...rest] = Buffer.concat(chunks).toString().split('\r\n\r\n');
  const [statusLine = '', ...fields] = head.split('\r\n');
  const headers = Object.fromEntries(
    fields.map((field) => [field.slice(0, field.indexOf(':')).toLowerCase(), field.replace(/^[^:]*: */, '')]),
  );
  return { status: Number(statusLine.split(' ')[1]), headers, body: rest.join('\r\n\r\n') };
}

/** A page's end of a WebSocket. */
class Page {
  /** Resolves with the close code. */
  readonly closed: Promise<number>;
  readonly received: unknown[] = [];
  private read = 0;
  private wake: () => void = () => undefined;

  constructor(readonly socket: WebSocket) {
    this.closed = new Promise((resolve) => {
      socket.on('close', (code) => {
        resolve(code);
        this.wake();
      });
    });
    socket.on('error', () => undefined);
    socket.on('message', (data) => {
      this.received.push(JSON.parse(String(data)));
      this.wake();
    });
    opened.unshift(() => socket.terminate());
  }

  send(message: unknown): this {
    this.socket.send(
      typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message),
    );
    return this;
  }

  async next<Message = EngineMessage>(): Promise<Message> {
    while (this.read === this.received.length) {
      if (this.socket.readyState === WebSocket.CLOSED)
        throw new Error('The connection ended, and no message came.');
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
    return this.received[this.read++] as Message;
  }

  async ask<Reply = BrowserActionReply>(message: unknown): Promise<Reply> {
    return this.send(message).next<Reply>();
  }
}

interface Door {
  path?: string;
  origin?: string | undefined;
  host?: string;
}

/** Opens a WebSocket; where the host refuses, the HTTP status instead. */
function knock({ port, name }: Started, door: Door = {}): Promise<Page | number> {
  const { path: target = '/data', host = name } = door;
  const origin = 'origin' in door ? door.origin : `http://${name}`;
  const socket = new WebSocket(`ws://127.0.0.1:${port}${target}`, {
    headers: { host, ...(origin === undefined ? {} : { origin }) },
  });
  const page = new Page(socket);
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve(page));
    socket.on('unexpected-response', (_request, response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    socket.on('error', reject);
  });
}

async function open(host: Started, target = '/data'): Promise<Page> {
  const page = await knock(host, { path: target });
  if (!(page instanceof Page)) throw new Error(`refused with ${page}`);
  return page;
}

/** A page that has shown the token. */
async function enter(host: Started, target = '/data'): Promise<Page> {
  const page = await open(host, target);
  expect(await page.send({ token: TOKEN }).next<Accepted>()).toMatchObject({ type: 'accepted' });
  return page;
}

/** Says hello and takes the snapshot. */
async function greet(page: Page): Promise<Map<string, SocketRow>> {
  page.send({ type: 'hello', version: PROTOCOL_VERSION });
  expect(await page.next()).toMatchObject({ type: 'welcome', version: PROTOCOL_VERSION, demo: true });
  const rows = new Map<string, SocketRow>();
  for (;;) {
    const message = await page.next();
    if (message.type !== 'snapshot') throw new Error(`a ${message.type} within the snapshot`);
    for (const row of message.rows) rows.set(row.id, row);
    page.send({ type: 'ack', seq: message.seq });
    if (message.last) return rows;
  }
}

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
    expect(fs.readFileSync(path.join(pageRoot, 'index.html'), 'utf8')).toBe(PAGE);
  });

  it('end where the folder ends', async () => {
    const host = await start();
    const secret = path.join(folder, 'secret.txt');
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

const LOOPBACK_NAMES = [
  '127.0.0.1:9',
  '127.0.0.1',
  'localhost:8080',
  'LocalHost',
  '[::1]:1234',
  '127.0.0.53',
];
const FOREIGN_NAMES = [
  'evil.example',
  'evil.example:80',
  '127.0.0.1.evil.example',
  '127.0.0.1.evil.example:80',
  'localhost.evil.example',
  'evil-localhost',
  '127.0.0.1@evil.example',
  'evil.example/127.0.0.1',
  '[::1].evil.example',
  '::1',
  '0.0.0.0',
  '10.127.0.1',
  '1127.0.0.1',
  '192.168.0.1',
];

describe('the Host header', () => {
  it.each(LOOPBACK_NAMES)('may be %s, on any port', async (name) => {
    const host = await start();
    expect(await request(host, '/', { host: name })).toMatchObject({ status: 200, body: PAGE });
    const page = await knock(host, { host: name, origin: `http://${name}` });
    expect(page).toBeInstanceOf(Page);
  });

  it.each(FOREIGN_NAMES)('may not be %s', async (name) => {
    const host = await start();
    const answer = await request(host, '/', { host: name });
    expect(answer.status).toBe(403);
    expect(answer.body).not.toContain(PAGE);
    expect(await knock(host, { host: name, origin: `http://${name}` })).toBe(403);
  });

  it('may not be missing', async () => {
    expect((await request(await start(), '/', { host: null })).status).toBe(403);
  });
});

describe('a WebSocket', () => {
  it.each([
    ['missing', () => undefined],
    ['null', () => 'null'],
    ['another site’s', () => 'http://evil.example'],
    ['the same over TLS', (name: string) => `https://${name}`],
    ['on another port', (name: string) => `http://${name}1`],
    ['without the port', () => 'http://127.0.0.1'],
    ['another name of the same', (name: string) => `http://${name.replace('127.0.0.1', 'localhost')}`],
    ['a look-alike', (name: string) => `http://${name}.evil.example`],
    ['with a path', (name: string) => `http://${name}/`],
  ])('is refused where the origin is %s', async (_name, origin) => {
    const host = await start();
    for (const target of ['/data', '/actions'])
      expect(await knock(host, { path: target, origin: origin(host.name) }), target).toBe(403);
  });

  it.each(['/', '/data/', '/data?x=1', '/DATA', '//data', '/x/../data', '/actions/', '/%64ata'])(
    'is refused at %s',
    async (target) => {
      const host = await start();
      // ws tidies a URL's path; a raw request does not.
      const socket = await connect(host.port);
      socket.write(upgrade(host, target));
      const [answer] = (await new Promise((resolve) => {
        socket.once('data', (data) => resolve([String(data)]));
      })) as [string];
      expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    },
  );

  it('that is refused may end as rudely as it likes', async () => {
    const uncaught = new Set<string>();
    const note = (error: Error): unknown => uncaught.add(error.message);
    process.on('uncaughtException', note);
    opened.push(() => process.off('uncaughtException', note));
    const host = await start();
    for (let i = 0; i < 20; i++) {
      const early = await connect(host.port);
      await new Promise((resolve) => early.write(upgrade(host, '/other'), resolve));
      early.resetAndDestroy();
      const late = await connect(host.port);
      late.write(upgrade(host, '/other'));
      await new Promise((resolve) => late.once('data', resolve));
      late.resetAndDestroy();
      expect((await request(host, '/')).status).toBe(200);
    }
    expect([...uncaught]).toEqual([]);
  });

  it('has a token of its own for each run where none is given', async () => {
    const tokens = await Promise.all(
      [1, 2].map(async () => {
        const engine = demoEngine('idle');
        const host = await startBrowserHost({ engine, pageRoot, port: 0, allowActions: false });
        opened.push(host.close, () => engine.dispose());
        return new URL(host.url).hash.replace('#token=', '');
      }),
    );
    expect(tokens[0]).not.toBe(tokens[1]);
    for (const token of tokens) expect(token).toMatch(/^[\w-]{32,}$/);
  });

  it.each([
    ['another token', { token: 'another-token-0123456789' }],
    ['the beginning of the token', { token: TOKEN.slice(0, -1) }],
    ['more than the token', { token: `${TOKEN}0` }],
    ['the token in capitals', { token: TOKEN.toUpperCase() }],
    ['an empty token', { token: '' }],
    ['no token', {}],
    ['a token that is no text', { token: [TOKEN] }],
    ['an endless token', { token: TOKEN + 'x'.repeat(200) }],
    ['an extra field', { token: TOKEN, type: 'hello' }],
    ['a query first', { type: 'hello', version: PROTOCOL_VERSION }],
    ['no object', 'null'],
    ['no JSON', TOKEN],
    ['an empty message', ''],
    ['a binary message', Buffer.from(JSON.stringify({ token: TOKEN }))],
    ['a large message', JSON.stringify({ token: 'x'.repeat(1_000_000) })],
  ])('that says %s first is closed and told nothing', async (_name, first) => {
    const host = await start('idle', true);
    for (const target of ['/data', '/actions']) {
      const page = await open(host, target);
      page.send(first);
      // Even if the right token follows at once.
      page.send({ token: TOKEN }).send({ type: 'hello', version: PROTOCOL_VERSION });
      expect(await page.closed, target).toBe(POLICY_VIOLATION);
      expect(page.received).toEqual([]);
    }
  });

  it('that says nothing is closed after a while, and one that has shown the token is not', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const host = await start();
    const silent = await open(host);
    const silentActions = await open(host, '/actions');
    const known = await enter(host);
    vi.advanceTimersByTime(60_000);
    expect(await silent.closed).toBe(POLICY_VIOLATION);
    expect(await silentActions.closed).toBe(POLICY_VIOLATION);
    expect(silent.received).toEqual([]);
    expect((await greet(known)).size).toBe(20);
  });

  it('that shows the token is welcomed and given everything there is', async () => {
    const host = await start('churn');
    const page = await open(host);
    page.send({ token: TOKEN });
    expect(await page.next<Accepted>()).toEqual({ type: 'accepted', actions: false });
    const rows = await greet(page);
    expect(rows.size).toBe(400);
    expect([...rows.keys()].toSorted()).toEqual(idsOf(host.engine).toSorted());
  });

  it('learns whether it may act', async () => {
    const host = await start('idle', true);
    const page = await open(host, '/actions');
    expect(await page.send({ token: TOKEN }).next<Accepted>()).toEqual({ type: 'accepted', actions: true });
  });
});

/** The ids of the sockets as they were last read: what a page that comes now is told first. */
function idsOf(engine: Engine): string[] {
  const ids: string[] = [];
  engine.serve({
    send: (message) => {
      const said = message as EngineMessage;
      if (said.type === 'snapshot') ids.push(...said.rows.map(({ id }) => id));
    },
    onMessage: (listener) => listener({ type: 'hello', version: PROTOCOL_VERSION }),
    onClose: () => undefined,
    close: () => undefined,
  });
  return ids;
}

function upgrade({ name }: Started, target: string, origin = `http://${name}`): string {
  return [
    `GET ${target} HTTP/1.1`,
    `Host: ${name}`,
    `Origin: ${origin}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    '\r\n',
  ].join('\r\n');
}

describe('/data', () => {
  it('publishes what changes to a page that keeps up', async () => {
    const host = await start('churn');
    const page = await enter(host);
    const rows = await greet(page);
    let removed = 0;
    for (let i = 0; i < 5; i++) {
      page.send({ type: 'refresh' });
      const diff = await page.next();
      if (diff.type !== 'diff') throw new Error(`a ${diff.type}`);
      for (const id of diff.removed) expect(rows.delete(id)).toBe(true);
      for (const row of diff.added) expect(rows.has(row.id)).toBe(false);
      for (const row of diff.changed) expect(rows.has(row.id)).toBe(true);
      for (const row of [...diff.added, ...diff.changed]) rows.set(row.id, row);
      removed += diff.removed.length;
      page.send({ type: 'ack', seq: diff.seq });
    }
    expect(removed).toBeGreaterThan(0);
    expect([...rows.keys()].toSorted()).toEqual(idsOf(host.engine).toSorted());
  });

  const id = 'demo-01';
  it.each<[string, unknown]>([
    ['an action', { type: 'prepare-close', ids: [id] }],
    ['the answer to a question', { type: 'confirm-close', nonce: '0'.repeat(32) }],
    ['main’s request to close', { request: 1, method: 'close', ids: [id] }],
    ['main’s request to close, without a number', { method: 'close', ids: [id] }],
    ['an action dressed as a query', { type: 'refresh', method: 'close', ids: [id] }],
    ['main’s request to describe', { request: 1, method: 'describe', ids: [id] }],
    ['an unknown type', { type: 'shutdown' }],
    ['a type from the prototype', { type: 'constructor' }],
    ['a prototype', '{"type":"polling","intervalMs":500,"paused":true,"__proto__":{}}'],
    ['no type', {}],
    ['a list', [{ type: 'refresh' }]],
    ['nothing', 'null'],
    ['no JSON', 'refresh'],
    ['an empty message', ''],
    ['a binary message', Buffer.from('{"type":"polling","intervalMs":500,"paused":true}')],
    ['nesting without end', '['.repeat(100_000)],
    ['an interval of its own', { type: 'polling', intervalMs: 1, paused: true }],
    ['half a request', { type: 'polling', paused: true }],
    ['an extra field', { type: 'polling', intervalMs: 500, paused: true, at: 1 }],
    ['a negative seq', { type: 'ack', seq: -1 }],
    ['another version', { type: 'hello', version: PROTOCOL_VERSION + 1 }],
    ['the token again', { token: TOKEN }],
  ])('refuses %s, and nothing changes', async (_name, message) => {
    const host = await start('idle', true);
    const page = await enter(host);
    const before = await greet(page);
    expect(await page.ask<EngineMessage>(message)).toEqual({
      type: 'refused',
      message: expect.stringMatching(/./),
    });
    const after = await page.ask<EngineMessage>({ type: 'resync' });
    expect(after).toMatchObject({ type: 'snapshot', status: { paused: false, intervalMs: 1000 } });
    expect(idsOf(host.engine).toSorted()).toEqual([...before.keys()].toSorted());
  });
});

describe('/actions', () => {
  it('refuses everything unless the host allows actions', async () => {
    const host = await start('idle', false);
    const page = await enter(host, '/actions');
    const ids = idsOf(host.engine);
    for (const message of [
      { type: 'prepare-close', ids },
      { type: 'confirm-close', nonce: '0'.repeat(32) },
    ]) {
      expect(await page.ask(message)).toMatchObject({
        type: 'refused',
        message: expect.stringContaining('--allow-actions'),
      });
    }
    expect(host.engine.describe(ids).gone).toEqual([]);
  });

  it('asks, closes on the answer, and every page sees the effect', async () => {
    const host = await start('idle', true);
    const watching = await enter(host);
    const rows = await greet(watching);
    const connection = [...rows.values()].find(
      (row) => row.state === 'ESTABLISHED' && row.protocol === 'tcp',
    )!;
    const acting = await enter(host, '/actions');

    const question = await acting.ask({ type: 'prepare-close', ids: [connection.id] });
    expect(question).toMatchObject({
      type: 'confirm',
      confirmation: {
        message: expect.stringContaining('Close 1 connection'),
        confirmLabel: 'Close Connection',
      },
    });
    expect(host.engine.describe([connection.id]).gone).toEqual([]);
    if (question.type !== 'confirm') throw new Error('no question');
    const reply = await acting.ask({ type: 'confirm-close', nonce: question.nonce });
    expect(reply).toEqual({
      type: 'results',
      results: [
        { id: connection.id, outcome: 'closed', label: expect.stringContaining('TCP'), message: null },
      ],
    });
    for (;;) {
      const diff = await watching.next();
      if (diff.type !== 'diff') throw new Error(`a ${diff.type}`);
      watching.send({ type: 'ack', seq: diff.seq });
      if (diff.removed.includes(connection.id)) break;
    }
  });

  it('takes an answer only once, and only where the question was asked', async () => {
    const host = await start('idle', true);
    const ids = idsOf(host.engine);
    const one = await enter(host, '/actions');
    const other = await enter(host, '/actions');
    const question = await one.ask({ type: 'prepare-close', ids: [ids[0]] });
    const otherQuestion = await other.ask({ type: 'prepare-close', ids: [ids[1]] });
    if (question.type !== 'confirm' || otherQuestion.type !== 'confirm') throw new Error('no question');

    const answer = { type: 'confirm-close', nonce: question.nonce };
    expect((await other.ask(answer)).type).toBe('refused');
    expect((await one.ask({ ...answer, nonce: '0'.repeat(32) })).type).toBe('refused');
    const data = await enter(host);
    expect((await data.ask<EngineMessage>(answer)).type).toBe('refused');
    expect(host.engine.describe(ids).gone).toEqual([]);

    expect((await one.ask(answer)).type).toBe('results');
    expect((await one.ask(answer)).type).toBe('refused');
    expect(host.engine.describe(ids).gone).toEqual([ids[0]]);
  });

  it('reports sockets that are gone, without a question', async () => {
    const page = await enter(await start('idle', true), '/actions');
    expect(await page.ask({ type: 'prepare-close', ids: ['demo-ffff'] })).toEqual({
      type: 'results',
      results: [{ id: 'demo-ffff', outcome: 'gone', label: 'demo-ffff', message: null }],
    });
  });

  it('refuses what is malformed or a query, and goes on', async () => {
    const page = await enter(await start('idle', true), '/actions');
    for (const message of [
      'no JSON',
      'null',
      Buffer.from(JSON.stringify({ type: 'prepare-close', ids: ['demo-01'] })),
      { type: 'prepare-close', ids: [] },
      { type: 'prepare-close', ids: ['demo-01'], confirmed: true },
      { type: 'hello', version: PROTOCOL_VERSION },
      { request: 1, method: 'close', ids: ['demo-01'] },
    ])
      expect((await page.ask(message)).type, JSON.stringify(message)).toBe('refused');
    expect((await page.ask({ type: 'prepare-close', ids: ['demo-01'] })).type).toBe('confirm');
  });

  it('takes as many ids as the contract allows in one message', async () => {
    const page = await enter(await start('idle', true), '/actions');
    const ids = Array.from({ length: 10_000 }, (_, i) => String(i).padStart(200, '0'));
    const reply = await page.ask({ type: 'prepare-close', ids });
    expect(reply.type === 'results' && reply.results.length).toBe(10_000);
  });
});

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
      startBrowserHost({ engine, pageRoot, port, token: TOKEN, allowActions: false }),
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
