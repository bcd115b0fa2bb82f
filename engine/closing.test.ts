/** Closing exactly what was seen, or nothing: on real connections of other processes. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually, needsLinux, needsOwnNetwork, needsRoot } from '../native/linux/fixtures/needs';
import { Stage, unprivileged } from '../native/linux/fixtures/stage';
import type { Actor, Opened } from '../native/linux/fixtures/stage';
import type { ActionResult, Order } from '../shared/orders';
import type { SocketRow } from '../shared/socket';
import { createEngine } from './createEngine';
import type { Engine } from './engine';

let stage: Stage;
let server: Actor;
let client: Actor;
let engine: Engine;

beforeAll(async () => {
  if (process.platform !== 'linux') return;
  stage = new Stage();
  [server, client] = await Promise.all([stage.actor(), stage.actor()]);
});
afterAll(() => stage?.end());
beforeEach((context) => {
  needsLinux(context);
  engine = createEngine(null);
});
afterEach(() => engine?.dispose());

interface Connection {
  listener: Opened;
  near: Opened;
  far: number;
}

async function connect(listenOn: string, host: string, to = server): Promise<Connection> {
  const listener = await to.do('listen', { host: listenOn });
  const near = await client.do('connect', { host, port: listener.port });
  return { listener, near, far: await to.do('accepted', { handle: listener.handle, port: near.port }) };
}

/** The row with these ports, in a new reading. */
function find(localPort: number, remotePort: number | null): SocketRow | undefined {
  return engine.snapshot().find((row) => row.localPort === localPort && row.remotePort === remotePort);
}

async function exchange(a: Actor, near: number, b: Actor, far: number): Promise<void> {
  const before = await b.do('received', { handle: far, bytes: 0 });
  await a.do('write', { handle: near, bytes: 10 });
  await b.do('received', { handle: far, bytes: before + 10 });
}

async function reset(ids: readonly string[]): Promise<ActionResult[]> {
  const order: Order = { action: 'reset', ids: [...ids] };
  return (await engine.act(order, 'command line', () => undefined, new AbortController().signal)).results;
}

async function close(...ids: string[]): Promise<string[]> {
  return (await reset(ids)).map((result) => result.outcome);
}

describe('a connection', () => {
  beforeEach(needsRoot);

  it.each<[what: string, listenOn: string, host: string, family: 4 | 6, end: 'near' | 'far']>([
    ['v4', '127.0.0.1', '127.0.0.1', 4, 'near'],
    ['v4, from the side that accepted it', '127.0.0.1', '127.0.0.1', 4, 'far'],
    ['v6', '::1', '::1', 6, 'near'],
    ['v6, from the side that accepted it', '::1', '::1', 6, 'far'],
    ['v4-mapped', '::', '127.0.0.1', 6, 'far'],
    ['v4-mapped, from the side that opened it', '::', '::ffff:127.0.0.1', 6, 'near'],
    ['v4, to a listener for both', '::', '127.0.0.1', 4, 'near'],
  ])('is aborted for its owner and reset for its peer: %s', async (_, listenOn, host, family, end) => {
    const { listener, near, far } = await connect(listenOn, host);
    const bystander = await client.do('connect', { host, port: listener.port });
    const bystanderFar = await server.do('accepted', { handle: listener.handle, port: bystander.port });
    const ports = [near.port, listener.port] as const;
    const row = end === 'near' ? find(...ports)! : find(ports[1], ports[0])!;
    expect(row).toMatchObject({ state: 'ESTABLISHED', family });
    const ownerEnd = () =>
      end === 'near' ? client.do('ending', { handle: near.handle }) : server.do('ending', { handle: far });
    const peerEnd = () =>
      end === 'near' ? server.do('ending', { handle: far }) : client.do('ending', { handle: near.handle });

    const [result] = await reset([row.id]);
    expect(result).toMatchObject({ id: row.id, outcome: 'done', message: null });
    expect(result!.label).toContain(`(${row.pid})  TCP`);
    expect(await ownerEnd()).toBe('ECONNABORTED');
    expect(await peerEnd()).toBe('ECONNRESET');
    expect(find(...ports)).toBeUndefined();
    // The listener and the other connection to it are as they were.
    await exchange(client, bystander.handle, server, bystanderFar);
    await client.do('connect', { host, port: listener.port });
    expect(await close(row.id)).toEqual(['gone']);
  });

  it('in TIME_WAIT disappears', async () => {
    const { listener, near, far } = await connect('127.0.0.1', '127.0.0.1');
    await client.do('close', { handle: near.handle });
    await server.do('close', { handle: far });
    const row = await eventually(() => {
      const found = find(near.port, listener.port)!;
      expect(found.state).toBe('TIME_WAIT');
      return found;
    });
    expect(await close(row.id)).toEqual(['done']);
    expect(find(near.port, listener.port)).toBeUndefined();
    expect(await close(row.id)).toEqual(['gone']);
  });

  it('without a file, in FIN_WAIT_2, disappears, and its peer is reset', async () => {
    const { listener, near } = await connect('127.0.0.1', '127.0.0.1');
    await client.do('close', { handle: near.handle });
    const row = await eventually(() => {
      const found = find(near.port, listener.port)!;
      expect(found).toMatchObject({ state: 'FIN_WAIT_2', inode: null });
      return found;
    });
    expect(await close(row.id)).toEqual(['done']);
    expect(find(near.port, listener.port)).toBeUndefined();
  });

  it('that has not been accepted is closed, and the listener goes on', async () => {
    const sleeper = await stage.actor();
    const listener = await sleeper.do('listen', { host: '127.0.0.1' });
    sleeper.freeze();
    const near = await client.do('connect', { host: '127.0.0.1', port: listener.port });
    const row = find(listener.port, near.port)!;
    expect(row.owner).toBe('unaccepted');
    expect(await close(row.id)).toEqual(['done']);
    expect(await client.do('ending', { handle: near.handle })).toBe('ECONNRESET');
    sleeper.thaw();
    const next = await client.do('connect', { host: '127.0.0.1', port: listener.port });
    await sleeper.do('accepted', { handle: listener.handle, port: next.port });
  });

  it('that is only half open is closed', async (context) => {
    needsOwnNetwork(context, stage);
    const [, listener] = await stage.listener('deferAccept', 60);
    const near = await client.do('connect', { host: '127.0.0.1', port: listener.port });
    const row = find(listener.port, near.port)!;
    expect(row.state).toBe('SYN_RECV');
    expect(await close(row.id)).toEqual(['done']);
    expect(find(listener.port, near.port)).toBeUndefined();
  });

  it('that nobody answers is given up', async (context) => {
    needsOwnNetwork(context, stage);
    stage.ip('route add 198.51.100.0/24 dev lo');
    const handle = await client.do('attempt', { host: '198.51.100.1', port: 9 });
    const row = await eventually(() => {
      const found = engine.snapshot().find((each) => each.remotePort === 9)!;
      expect(found).toMatchObject({ state: 'SYN_SENT', pid: client.pid });
      return found;
    });
    expect(await close(row.id)).toEqual(['done']);
    expect(await client.do('ending', { handle })).toBe('ECONNABORTED');
  });
});

describe('a listener', () => {
  beforeEach(needsRoot);

  it.each(['127.0.0.1', '0.0.0.0', '::1', '::', '::ffff:127.0.0.1'])(
    'on %s stops accepting, and its connections go on',
    async (host) => {
      const to = { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host;
      // Of its own, and gone afterwards: Node keeps asking a closed listener for connections, as fast as it can.
      const owner = await stage.actor();
      const { listener, near, far } = await connect(host, to, owner);
      const row = find(listener.port, null)!;
      expect(row.state).toBe('LISTEN');
      expect(await close(row.id)).toEqual(['done']);
      await expect(client.do('connect', { host: to, port: listener.port })).rejects.toThrow('ECONNREFUSED');
      expect(find(listener.port, null)).toBeUndefined();
      await exchange(client, near.handle, owner, far);
      await owner.kill();
    },
  );

  it('that shares its endpoint with another (SO_REUSEPORT) is closed alone, or not at all', async () => {
    const [first, { port }] = await stage.listener('reusePort', 1);
    const others = await Promise.all([1, 2, 3].map(() => stage.listener('reusePort', 1, port)));
    const actors = [first, ...others.map(([actor]) => actor)];
    const listening = (): SocketRow[] =>
      engine.snapshot().filter((row) => row.localPort === port && row.state === 'LISTEN');
    const holders = (): Set<number | null> => new Set(listening().map((row) => row.pid));
    const left = new Set<number | null>(actors.map((actor) => actor.pid));
    expect(holders()).toEqual(left);
    let failed = 0;
    // Each is asked for once; which of them the kernel can single out is its own affair.
    for (const row of listening()) {
      const [result] = await reset([row.id]);
      if (result!.outcome === 'done') left.delete(row.pid);
      else {
        expect(result).toMatchObject({
          outcome: 'failed',
          message: expect.stringContaining('SO_REUSEPORT'),
        });
        failed++;
      }
      expect(holders()).toEqual(left);
    }
    expect(left.size).toBe(failed);
    expect(failed).toBeLessThan(4); // the one that the lookup finds is closed
    await Promise.all(actors.map((actor) => actor.kill()));
  });
});

describe('a UDP socket', () => {
  beforeEach(needsRoot);

  it.each<[what: string, host: string, peer: string | null]>([
    ['v4', '127.0.0.1', null],
    ['v4, any address', '0.0.0.0', null],
    ['v4, connected', '127.0.0.1', '127.0.0.1'],
    ['v6', '::1', null],
    ['v6, any address', '::', null],
    ['v6, connected', '::1', '::1'],
    ['v4-mapped', '::ffff:127.0.0.1', null],
    ['v4-mapped, connected', '::', '::ffff:127.0.0.1'],
  ])('is aborted for its owner: %s', async (_, host, peer) => {
    const far = peer === null ? null : await server.do('udp', { host: peer });
    const socket = await client.do('udp', {
      host,
      ...(far === null ? {} : { peer: { host: peer!, port: far.port } }),
    });
    const bystander = await client.do('udp', { host });
    const row = find(socket.port, far?.port ?? null)!;
    expect(row).toMatchObject({ protocol: 'udp', pid: client.pid });
    expect(await close(row.id)).toEqual(['done']);
    expect(await client.do('ending', { handle: socket.handle })).toBe('ECONNABORTED');
    expect(find(bystander.port, null)).toBeDefined();
  });

  it('that shares its port with others is closed alone, or not at all', async () => {
    const { port, handle } = await client.do('udp', { host: '127.0.0.1', reuse: true });
    const others = await Promise.all([1, 2, 3].map(() => stage.actor()));
    const sockets = [{ actor: client, handle }];
    for (const actor of others) {
      sockets.push({
        actor,
        handle: (await actor.do('udp', { host: '127.0.0.1', port, reuse: true })).handle,
      });
    }
    const endings = new Map<number, string>();
    for (const socket of sockets) {
      // The others never end.
      socket.actor.do('ending', { handle: socket.handle }).then(
        (code) => endings.set(socket.actor.pid, code),
        () => undefined,
      );
    }
    const rows = engine.snapshot().filter((row) => row.localPort === port);
    expect(new Set(rows.map((row) => row.pid)).size).toBe(4);
    const closed = new Set<number>();
    for (const row of rows) {
      const [result] = await reset([row.id]);
      if (result!.outcome === 'done') closed.add(row.pid!);
      else expect(result!.outcome).toBe('failed');
    }
    expect(closed.size).toBeGreaterThan(0);
    await eventually(() => expect(new Set(endings.keys())).toEqual(closed));
  });
});

describe('what is not there', () => {
  it('closes nothing and is reported as gone, each id once', async () => {
    const { listener, near, far } = await connect('127.0.0.1', '127.0.0.1');
    const row = find(near.port, listener.port)!;
    const [namespace, cookie] = row.id.split('-') as [string, string];
    const strangers = [
      `${namespace}-ffffffffffffffff`,
      `${namespace}-0`,
      `0-${cookie}`,
      cookie,
      ` ${row.id}`,
      'x',
    ];
    const results = await reset([...strangers, ...strangers]);
    expect(results).toEqual(strangers.map((id) => ({ id, outcome: 'gone', label: id, message: null })));
    await exchange(client, near.handle, server, far);
  });

  it('is not mistaken for a new connection with the same endpoints', async () => {
    const { listener, near, far } = await connect('127.0.0.1', '127.0.0.1');
    const old = find(near.port, listener.port)!;
    await client.do('reset', { handle: near.handle });
    await server.do('ending', { handle: far });
    const again = await client.do('connect', {
      host: '127.0.0.1',
      port: listener.port,
      localPort: near.port,
    });
    const farAgain = await server.do('accepted', { handle: listener.handle, port: again.port });
    const row = find(near.port, listener.port)!;
    expect(row).toMatchObject({ localPort: old.localPort, remotePort: old.remotePort, state: 'ESTABLISHED' });
    expect(row.id).not.toBe(old.id);
    expect(await close(old.id)).toEqual(['gone']);
    await exchange(client, again.handle, server, farAgain);
    await exchange(server, farAgain, client, again.handle);
    expect(find(near.port, listener.port)?.id).toBe(row.id);
  });

  it('does not keep the others from being closed', async (context) => {
    needsRoot(context);
    const first = await connect('127.0.0.1', '127.0.0.1');
    const second = await connect('::1', '::1');
    const ids = [first, second].map(({ near, listener }) => find(near.port, listener.port)!.id) as [
      string,
      string,
    ];
    await client.do('reset', { handle: first.near.handle });
    await server.do('ending', { handle: first.far });
    expect(await close(ids[0], ids[1], 'x')).toEqual(['gone', 'done', 'gone']);
    expect(await client.do('ending', { handle: second.near.handle })).toBe('ECONNABORTED');
  });
});

describe('without privileges', () => {
  it('nothing is closed, not even one’s own, and the reason is a sentence', async () => {
    const tcp = await connect('127.0.0.1', '127.0.0.1');
    const udp = await client.do('udp', { host: '127.0.0.1' });
    const ids = [
      find(tcp.near.port, tcp.listener.port)!.id,
      find(tcp.listener.port, null)!.id,
      find(udp.port, null)!.id,
    ];
    const own = unprivileged(() => createEngine(null));
    // So few are done before the first turn is given away.
    const { results } = await unprivileged(() =>
      own.act({ action: 'reset', ids }, 'command line', () => undefined, new AbortController().signal),
    );
    own.dispose();
    for (const { outcome, message } of results) {
      expect(outcome).toBe('refused');
      expect(message).toMatch(/^Resetting this socket needs CAP_NET_ADMIN \(EPERM\)\. /);
    }
    await exchange(client, tcp.near.handle, server, tcp.far);
    await client.do('connect', { host: '127.0.0.1', port: tcp.listener.port });
    expect(find(udp.port, null)?.id).toBe(ids[2]);
  });
});
