import { describe, expect, it, vi } from 'vitest';
import { PROTOCOL_VERSION } from '../shared/contract';
import type { Accepted } from '../shared/contract';
import { startBrowserHost } from './browserHost';
import {
  PAGE,
  POLICY_VIOLATION,
  Page,
  TOKEN,
  connect,
  demoEngine,
  enter,
  greet,
  idsOf,
  knock,
  open,
  request,
  scene,
  start,
  upgrade,
  useHosts,
} from './fixtures/hostScene';

useHosts();

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
    scene.opened.push(() => process.off('uncaughtException', note));
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
        const host = await startBrowserHost({
          engine,
          pageRoot: scene.pageRoot,
          port: 0,
          allowActions: false,
        });
        scene.opened.push(host.close, () => engine.dispose());
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
