/** Directions and interfaces of real connections: within this machine, and with another network namespace over a cable. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually, needsLinux, needsOwnNetwork } from '../native/linux/fixtures/needs';
import { NamedNamespaces } from '../native/linux/fixtures/netns';
import { Stage } from '../native/linux/fixtures/stage';
import type { Actor } from '../native/linux/fixtures/stage';
import { DEFAULT_READING } from '../shared/socket';
import type { SocketRow } from '../shared/socket';
import { createEngine } from './createEngine';
import type { Engine } from './engine';

const NEAR = { 4: '10.77.0.1', 6: 'fd77::1', link: 'fe80::77:1' } as const;
const FAR = { 4: '10.77.0.2', 6: 'fd77::2', link: 'fe80::77:2' } as const;

let stage: Stage;
let netns: NamedNamespaces;
let near: Actor;
let far: Actor;
let engine: Engine;

beforeAll(async () => {
  if (process.platform !== 'linux') return;
  stage = new Stage();
  near = await stage.actor();
  if (!stage.isolated) return;
  netns = new NamedNamespaces(stage);
  const other = netns.add('far');
  netns.run('link', 'add', 'cable0', 'type', 'veth', 'peer', 'name', 'plug0', 'netns', other);
  for (const [inside, link, addresses] of [
    [[], 'cable0', NEAR],
    [['-n', other], 'plug0', FAR],
  ] as const) {
    netns.run(...inside, 'address', 'add', `${addresses[4]}/24`, 'dev', link);
    for (const address of [addresses[6], addresses.link])
      netns.run(...inside, 'address', 'add', `${address}/64`, 'dev', link, 'nodad');
    netns.run(...inside, 'link', 'set', link, 'up');
  }
  for (const [inside, link] of [
    [[], 'cable0'],
    [['-n', other], 'plug0'],
  ] as const)
    await eventually(() => expect(netns.run(...inside, 'link', 'show', link)).toContain('state UP'));
  far = await stage.actor({ executable: netns.node(other) });
});
afterAll(async () => {
  await stage?.end();
  netns?.end();
});
beforeEach((context) => {
  needsLinux(context);
  engine = createEngine(null);
});
afterEach(() => engine?.dispose());

/** Both ends of a new connection, in one reading of all namespaces. */
async function connect(
  from: Actor,
  to: Actor,
  host: string,
  namespaces = true,
): Promise<{ client?: SocketRow; server?: SocketRow; listener?: SocketRow }> {
  const zone = host.split('%')[1];
  const listener = await to.do('listen', { host: zone === undefined ? host : '::' });
  const { port } = await from.do('connect', { host, port: listener.port });
  await to.do('accepted', { handle: listener.handle, port });
  const rows = engine.snapshot({ ...DEFAULT_READING, namespaces });
  const find = (local: number, remote: number | null): SocketRow | undefined =>
    rows.find((row) => row.localPort === local && row.remotePort === remote && row.protocol === 'tcp');
  return {
    client: find(port, listener.port)!,
    server: find(listener.port, port)!,
    listener: find(listener.port, null)!,
  };
}

it.each(['127.0.0.1', '127.0.0.99'])(
  'a connection to %s is local, on the loopback interface',
  async (host) => {
    const { client, server, listener } = await connect(near, near, host, false);
    expect(listener).toMatchObject({ direction: 'listen', interface: 'lo' });
    for (const end of [client, server]) expect(end).toMatchObject({ direction: 'local', interface: 'lo' });
  },
);

describe('over a cable', () => {
  beforeEach((context) => needsOwnNetwork(context, stage));

  it.each([4, 6] as const)(
    'is outbound at the end that connected, inbound at the other (IPv%i)',
    async (family) => {
      const out = await connect(near, far, FAR[family]);
      expect(out.client).toMatchObject({
        direction: 'outbound',
        interface: 'cable0',
        localAddress: NEAR[family],
      });
      expect(out.server).toMatchObject({
        direction: 'inbound',
        interface: 'plug0',
        localAddress: FAR[family],
      });
      const back = await connect(far, near, NEAR[family]);
      expect(back.client).toMatchObject({ direction: 'outbound', interface: 'plug0' });
      expect(back.server).toMatchObject({ direction: 'inbound', interface: 'cable0' });
      expect(back.listener).toMatchObject({ direction: 'listen', interface: 'cable0' });
    },
  );

  it('knows the interface of a link-local address by its scope, and none of a wildcard', async () => {
    const { client, server, listener } = await connect(near, far, `${FAR.link}%cable0`);
    expect(client).toMatchObject({
      direction: 'outbound',
      interface: 'cable0',
      localAddress: expect.stringMatching(/^fe80::.*%cable0$/) as string,
    });
    expect(server).toMatchObject({ direction: 'inbound', interface: 'plug0' });
    expect(listener).toMatchObject({ direction: 'listen', interface: null, localAddress: '::' });
  });

  it('is local where this machine connects to another of its own addresses', async () => {
    for (const [actor, host, name] of [
      [near, NEAR[4], 'cable0'],
      [far, FAR[6], 'plug0'],
    ] as const) {
      const { client, server } = await connect(actor, actor, host);
      expect(client).toMatchObject({ direction: 'local', interface: name });
      expect(server).toMatchObject({ direction: 'local', interface: name });
    }
    const listener = await near.do('listen', { host: NEAR[4] });
    const { port } = await near.do('connect', {
      host: NEAR[4],
      port: listener.port,
      localAddress: '127.0.0.1',
    });
    const row = engine
      .snapshot()
      .find(({ localPort, state }) => localPort === port && state === 'ESTABLISHED');
    expect(row).toMatchObject({ direction: 'local', localAddress: '127.0.0.1', remoteAddress: NEAR[4] });
  });

  it('is calling outwards while nobody answers', async () => {
    await near.do('attempt', { host: '10.77.0.200', port: 9 });
    const row = engine.snapshot().find(({ remoteAddress }) => remoteAddress === '10.77.0.200');
    expect(row).toMatchObject({ state: 'SYN_SENT', direction: 'outbound', interface: 'cable0' });
  });

  it('names the process that started the owner', async () => {
    const { listener } = await connect(near, near, '127.0.0.1');
    expect(listener).toMatchObject({ pid: near.pid, parentPid: process.pid });
    expect(listener!.parentName).toBeTruthy();
  });
});
