/** The app on another machine: its engine host, a real ssh and a real sshd, and the engine on the other end. */
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Sshd, SSHD_MISSING } from '../../remote/fixtures/sshd';
import type { Order } from '../../shared/orders';
import { EngineHost, eventually, stageProgram } from './fixtures/engineHost';

const server = { kind: 'remote', host: 'server' } as const;

let folder: string;
let program: string;
let host: string;
let sshd: Sshd | null = null;
let engine: EngineHost;
let connection: { client: net.Socket; server: net.Server };

beforeAll(async () => {
  if (SSHD_MISSING !== null) return;
  ({ folder, program, host } = await stageProgram());
}, 60_000);

beforeEach(async ({ skip }) => {
  skip(SSHD_MISSING !== null, SSHD_MISSING ?? '');
  sshd = await Sshd.start();
  const listener = net.createServer((peer) => peer.on('error', () => undefined)).listen(0, '127.0.0.1');
  await new Promise((resolve) => listener.once('listening', resolve));
  const client = net.connect((listener.address() as net.AddressInfo).port, '127.0.0.1');
  client.on('error', () => undefined);
  await new Promise((resolve) => client.once('connect', resolve));
  connection = { client, server: listener };
  engine = new EngineHost(host, {
    args: ['--demo=idle'],
    env: {
      SOCKETSCOPE_SSH: sshd.ssh,
      SOCKETSCOPE_REMOTE_PROGRAM: `SOCKETSCOPE_STATE_DIR=${path.join(folder, 'state')} ${process.execPath} ${program}`,
      NODE_OPTIONS: '',
    },
  });
});

afterEach(async () => {
  engine?.kill();
  connection?.client.destroy();
  connection?.server.close();
  await sshd?.dispose();
});

afterAll(() => {
  if (folder) fs.rmSync(folder, { recursive: true, force: true });
});

const isClient = (row: { localPort: number | null; remotePort: number | null }): boolean =>
  row.localPort === connection.client.localPort && row.remotePort === connection.client.remotePort;
const last = (): object => engine.news.at(-1)!;

/** Engines on the other end that still run. */
function farEngines(): number {
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const words = fs.readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
        return words[1] === program && words.includes('--stdio');
      } catch {
        return false;
      }
    }).length;
}

describe('connecting to another machine', () => {
  it('shows its sockets, acts there, and leaves nothing behind', async () => {
    const here = engine.openPage();
    await here.row(({ id }) => id.startsWith('demo-'));
    expect(await engine.choose(server)).toBeNull();
    expect(engine.news).toEqual([{ serving: server }]);
    const page = engine.openPage();
    const row = await page.row(isClient);
    expect(row.pid).toBe(process.pid);
    const order: Order = { action: 'reset', ids: [row.id] };
    expect(await engine.ask({ method: 'prepare', order })).toMatchObject({ preparation: { order } });
    expect(await engine.ask({ method: 'act', order, origin: 'window' })).toMatchObject({
      report: { results: [{ id: row.id, outcome: 'done' }] },
    });
    await eventually(() => expect(connection.client.destroyed).toBe(true));
    expect(farEngines()).toBe(1);
    engine.kill();
    await eventually(() => expect(farEngines()).toBe(0));
  });

  it('stays where it is when it is not let in', async () => {
    const page = engine.openPage();
    await page.row(({ id }) => id.startsWith('demo-'));
    for (const name of ['stranger', 'closed', 'silent'])
      expect(await engine.choose({ kind: 'remote', host: name })).toMatch(new RegExp(name));
    expect([engine.news, page.closed]).toEqual([[], false]);
  });

  it('says that the wire broke, mends it, and shows the same sockets by the same ids', async () => {
    await engine.choose(server);
    const page = engine.openPage();
    const before = await page.row(isClient);
    const waiting = engine.ask({
      method: 'act',
      order: { action: 'terminate', processes: [] },
      origin: 'window',
    });
    expect(await waiting).toMatchObject({ error: expect.stringMatching(/^Refused/) });
    sshd!.cut();
    await eventually(() => expect(page.closed).toBe(true));
    await eventually(() => expect(engine.news[1]).toMatchObject({ lost: { engine: server } }));
    await eventually(() => expect(last()).toEqual({ serving: server }));
    expect((await engine.openPage().row(isClient)).id).toBe(before.id);
    await eventually(() => expect(farEngines()).toBe(1));
  });

  it('goes on trying while there is nobody, and goes home when told to', async () => {
    await engine.choose(server);
    await sshd!.stop();
    await eventually(() => expect(engine.news.filter((news) => 'lost' in news).length).toBeGreaterThan(1));
    expect(last()).toMatchObject({ lost: { message: expect.stringMatching(/cannot be reached/) } });
    expect(await engine.choose({ kind: 'local' })).toBeNull();
    expect(last()).toEqual({ serving: { kind: 'local' } });
    await engine.openPage().row(({ id }) => id.startsWith('demo-'));
  });

  it('goes home by itself where it is not let in any more', async () => {
    await engine.choose(server);
    sshd!.admit(false);
    sshd!.cut();
    await eventually(() =>
      expect(last()).toMatchObject({ notice: expect.stringMatching(/did not let you in/) }),
    );
    expect(engine.news.at(-2)).toEqual({ serving: { kind: 'local' } });
  });
});
