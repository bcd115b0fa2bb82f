/** What the kernel tells of the sockets it destroys, on real sockets of other processes. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import koffi from 'koffi';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PROTOCOLS, stateCode } from '../../shared/socket';
import { SocketTable, UNKNOWN } from '../../shared/socketTable';
import { DestroyEvents } from './destroyEvents';
import { Crew } from './fixtures/descriptors';
import { eventually, needsLinux, needsOwnNetwork, needsRoot } from './fixtures/needs';
import { Stage, unprivileged } from './fixtures/stage';
import type { Actor, Opened } from './fixtures/stage';
import { InetTable } from './inetDiag';
import { AF_NETLINK, NETLINK_SOCK_DIAG, SOCK_RAW } from './libc';
import { ReplyBuffer } from './netlink';
import { SockDiag } from './sockDiag';

const NAMESPACE = 4026531840;

let stage: Stage;
let server: Actor;
let client: Actor;
const opened: DestroyEvents[] = [];

beforeAll(async () => {
  if (process.platform !== 'linux') return;
  stage = new Stage();
  [server, client] = await Promise.all([stage.actor(), stage.actor()]);
});
afterAll(() => stage?.end());
beforeEach((context) => {
  needsLinux(context);
  needsOwnNetwork(context, stage);
});
afterEach(() => {
  for (const events of opened.splice(0)) events.close();
});

function watch(receiveBuffer?: number): DestroyEvents {
  const events = new DestroyEvents(NAMESPACE, (use) => use(), new ReplyBuffer(), receiveBuffer);
  opened.push(events);
  return events;
}

/** Gathers events until this many have come. */
async function gather(events: DestroyEvents, count: number): Promise<SocketTable> {
  const table = new SocketTable();
  await eventually(() => {
    events.take(table);
    expect(table.length).toBeGreaterThanOrEqual(count);
  });
  expect(table.length).toBe(count);
  return table;
}

interface Connection {
  listener: Opened;
  near: Opened;
  far: number;
}

async function connect(host: string, listenOn = host): Promise<Connection> {
  const listener = await server.do('listen', { host: listenOn });
  const near = await client.do('connect', { host, port: listener.port });
  return { listener, near, far: await server.do('accepted', { handle: listener.handle, port: near.port }) };
}

const cookieAt = ({ columns }: SocketTable, row: number): string =>
  `${columns.idHigh[row]} ${columns.idLow[row]}`;

/** What an event says of a socket, by the port of its own end. */
function told(table: SocketTable, port: number): Record<string, unknown> {
  const row = table.columns.localPort.subarray(0, table.length).indexOf(port);
  if (row < 0) throw new Error(`Nothing was told of port ${port}.`);
  const c = table.columns;
  return {
    ...{ protocol: PROTOCOLS[c.protocol[row]!], family: c.family[row], cookie: cookieAt(table, row) },
    ...{ local: table.localAddress(row, NAMES), remote: table.remoteAddress(row, NAMES) },
    ...{ remotePort: c.remotePort[row], namespace: c.namespace[row], state: c.state[row], uid: c.uid[row] },
    ...{ inode: c.inode[row], sent: c.bytesSent[row], received: c.bytesReceived[row] },
    ...{ queues: [c.receiveQueue[row], c.sendQueue[row]], retransmits: c.retransmits[row] },
    segments: [c.segmentsSent[row], c.segmentsReceived[row]],
  };
}
const NAMES = {
  id: () => '',
  user: () => null,
  interface: String,
  interfaceOf: () => null,
  namespace: () => null,
};

/** The cookie of the listed socket with these ports. */
function cookieOf(table: InetTable, localPort: number, remotePort: number): string {
  const listed = new SocketTable();
  const diag = new SockDiag(NAMESPACE);
  diag.dump(table, table.name, false, listed);
  diag.close();
  const { columns } = listed;
  for (let row = 0; row < listed.length; row++) {
    if (columns.localPort[row] === localPort && columns.remotePort[row] === remotePort)
      return cookieAt(listed, row);
  }
  throw new Error(`No socket of port ${localPort} is listed.`);
}

const DESTROYED = {
  ...{ namespace: NAMESPACE, state: stateCode('CLOSE'), uid: UNKNOWN, inode: 0, queues: [NaN, NaN] },
};

describe('a TCP connection', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1', 4],
    ['::1', '::1', 6],
    ['127.0.0.1', '::', 4],
  ] as const)(
    'to %s on %s is told of at both ends, with its final counters',
    async (host, listenOn, family) => {
      const { listener, near, far } = await connect(host, listenOn);
      const farAddress = listenOn === '::' ? `::ffff:${host}` : host;
      const farTable = new InetTable(listenOn === '127.0.0.1' ? 'tcp4' : 'tcp6');
      const cookies = {
        near: cookieOf(new InetTable(family === 4 ? 'tcp4' : 'tcp6'), near.port, listener.port),
        far: cookieOf(farTable, listener.port, near.port),
      };
      const events = watch();
      await client.do('write', { handle: near.handle, bytes: 123_456 });
      await server.do('received', { handle: far, bytes: 123_456 });
      await server.do('write', { handle: far, bytes: 77 });
      await client.do('received', { handle: near.handle, bytes: 77 });
      await client.do('close', { handle: near.handle });
      await server.do('ending', { handle: far });
      await server.do('close', { handle: far });
      const table = await gather(events, 2);
      const nearEnd = told(table, near.port);
      expect(nearEnd).toMatchObject({
        ...DESTROYED,
        ...{
          protocol: 'tcp',
          family,
          cookie: cookies.near,
          local: host,
          remote: host,
          remotePort: listener.port,
        },
        ...{ sent: 123_456, retransmits: 0 },
      });
      const farEnd = told(table, listener.port);
      expect(farEnd).toMatchObject({
        ...DESTROYED,
        ...{ protocol: 'tcp', family: listenOn === '127.0.0.1' ? 4 : 6, cookie: cookies.far },
        ...{ local: farAddress, remote: farAddress, remotePort: near.port, sent: 77 },
      });
      // SYN, its acknowledgement and both FINs, at least, and what carried the data.
      for (const { segments } of [nearEnd, farEnd] as { segments: number[] }[])
        for (const count of segments) expect(count).toBeGreaterThan(3);
      // The other side's FIN counts as a byte, if it came before the connection was in TIME_WAIT.
      expect([77, 78]).toContain(nearEnd['received']);
      expect(farEnd['received']).toBe(123_457);
      await server.do('close', { handle: listener.handle });
      expect(told(await gather(events, 1), listener.port)).toMatchObject({ ...DESTROYED, remote: null });
    },
  );

  it('that was reset is told of without what its own process wiped away', async () => {
    const { listener, near, far } = await connect('127.0.0.1');
    const events = watch();
    await client.do('write', { handle: near.handle, bytes: 1000 });
    await server.do('received', { handle: far, bytes: 1000 });
    await client.do('reset', { handle: near.handle });
    await server.do('ending', { handle: far });
    const table = await gather(events, 2);
    expect(told(table, near.port)).toMatchObject({
      remote: null,
      sent: NaN,
      received: NaN,
      retransmits: NaN,
      segments: [NaN, NaN],
    });
    expect(told(table, listener.port)).toMatchObject({ remotePort: near.port, sent: 0, received: 1000 });
  });

  it('that was listed once keeps its cookie in TIME_WAIT, and is told of when it gets there', async () => {
    const { listener, near, far } = await connect('127.0.0.1');
    const tcp = new InetTable('tcp4');
    const cookie = cookieOf(tcp, near.port, listener.port);
    const events = watch();
    await client.do('close', { handle: near.handle });
    await server.do('close', { handle: far });
    expect(told(await gather(events, 2), near.port)['cookie']).toBe(cookie);
    expect(cookieOf(tcp, near.port, listener.port)).toBe(cookie);
  });
});

describe('a UDP socket', () => {
  it.each(['127.0.0.1', '::1'])('on %s is told of, connected or not', async (host) => {
    const events = watch();
    const family = host === '::1' ? 6 : 4;
    const plain = await server.do('udp', { host });
    const connected = await client.do('udp', { host, peer: { host, port: plain.port } });
    const udp = new InetTable(family === 4 ? 'udp4' : 'udp6');
    const cookies = [cookieOf(udp, plain.port, 0), cookieOf(udp, connected.port, plain.port)];
    await client.do('close', { handle: connected.handle });
    await server.do('close', { handle: plain.handle });
    const table = await gather(events, 2);
    const common = { ...DESTROYED, protocol: 'udp', family, local: host, sent: NaN, received: NaN };
    expect(told(table, plain.port)).toMatchObject({ ...common, cookie: cookies[0], remote: null });
    expect(told(table, connected.port)).toMatchObject({
      ...common,
      ...{ cookie: cookies[1], remote: host, remotePort: plain.port },
    });
  });

  it('that never had a port is not told of', async () => {
    const crew = new Crew();
    try {
      const [actor] = await crew.start(1);
      const events = watch();
      await actor!.all(['flood', 10, false], ['flood', 1, true]);
      await gather(events, 1);
      await new Promise((resolve) => setTimeout(resolve, 50));
      await gather(events, 0);
    } finally {
      await crew.end();
    }
  });
});

describe('events', () => {
  it('that nobody fetched in time are counted', async () => {
    const crew = new Crew();
    try {
      const [actor] = await crew.start(1);
      const events = watch(4096);
      const table = new SocketTable();
      const count = 3000;
      const done = actor!.one('flood', count, true);
      // Nothing is read meanwhile.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
      await done;
      await eventually(() => {
        events.take(table);
        expect(table.length + events.missed).toBe(count);
      });
      expect(events.missed).toBeGreaterThan(0);
      expect(table.length).toBeGreaterThan(0);
      // And it goes on.
      const { missed } = events;
      await actor!.one('flood', 1, true);
      await gather(events, 1);
      expect(events.missed).toBe(missed);
    } finally {
      await crew.end();
    }
  });

  it('wait for the next reading, in the order in which they came', async () => {
    const events = watch();
    const ports = [];
    for (let i = 0; i < 20; i++) {
      const { handle, port } = await client.do('udp', { host: '127.0.0.1' });
      ports.push(port);
      await client.do('close', { handle });
    }
    const table = await gather(events, 20);
    expect([...table.columns.localPort.subarray(0, 20)]).toEqual(ports);
    await gather(events, 0);
  });

  it('come without privileges, too', async (context) => {
    needsRoot(context);
    const events = unprivileged(() => watch());
    const { handle, port } = await client.do('udp', { host: '127.0.0.1' });
    await client.do('close', { handle });
    expect(told(await gather(events, 1), port)).toMatchObject({ ...DESTROYED, protocol: 'udp' });
  });

  it('that cannot be read are counted, whatever they hold', async () => {
    const events = watch();
    const table = new SocketTable();
    const post = letterBox();
    try {
      // A sound one, and those that are cut or changed
      const { handle, port } = await client.do('udp', { host: '127.0.0.1' });
      await client.do('close', { handle });
      expect(told(await gather(events, 1), port)).toBeDefined();
      let sent = 0;
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(400), (bytes, claimed) => {
          // struct nlmsghdr: length, type, flags, seq, port id
          const message = Buffer.alloc(16 + bytes.length);
          message.writeUInt32LE(sent % 2 === 0 ? message.length : claimed, 0);
          message.writeUInt16LE(20, 4);
          message.set(bytes, 16);
          post.send(message);
          sent++;
          events.take(table);
        }),
        { seed: 7, numRuns: 300 },
      );
      expect(events.missed).toBeGreaterThan(100);
      expect(table.length + events.missed).toBeLessThanOrEqual(sent);
      const after = await client.do('udp', { host: '127.0.0.1' });
      await client.do('close', { handle: after.handle });
      expect(told(await gather(events, 1), after.port)).toBeDefined();
    } finally {
      post.close();
    }
  });
});

/** A way to send messages of one's own to the socket that {@link watch} has opened, which takes root. */
function letterBox(): { send(message: Uint8Array): void; close(): void } {
  // Columns of /proc/net/netlink: sk, Eth (protocol), Pid (the port id), Groups
  const lines = fs.readFileSync('/proc/thread-self/net/netlink', 'utf8').split('\n');
  const line = lines
    .map((text) => text.trim().split(/\s+/))
    .find(([, protocol, , groups]) => protocol === '4' && groups === '0000000f');
  const lib = koffi.load(null);
  const socket = lib.func('int socket(int, int, int)') as (...numbers: number[]) => number;
  const sendto = lib.func('intptr_t sendto(int, void *, size_t, int, void *, uint)') as (
    ...values: [number, Uint8Array, number, number, Uint8Array, number]
  ) => number;
  const fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG);
  const address = Buffer.alloc(12); // struct sockaddr_nl: family, padding, port id, groups
  address.writeUInt16LE(AF_NETLINK, 0);
  address.writeUInt32LE(Number(line![2]), 4);
  return {
    send(message) {
      expect(sendto(fd, message, message.length, 0, address, address.length)).toBe(message.length);
    },
    close: () => fs.closeSync(fd),
  };
}

describe('watching', () => {
  const open = (): number => fs.readdirSync('/proc/self/fd').length;

  it('ends, and gives its descriptor back', async () => {
    const before = open();
    for (let time = 0; time < 3; time++) {
      const events = watch();
      expect(open()).toBe(before + 1);
      opened.splice(0);
      events.close();
      expect(open()).toBe(before);
    }
    // What takes the number is not read in its place.
    const file = fs.openSync('/dev/null', 'r');
    const { handle } = await client.do('udp', { host: '127.0.0.1' });
    await client.do('close', { handle });
    fs.closeSync(file);
  });

  it('does not keep a program alive that has nothing else to do', async () => {
    const folder = path.resolve('.cache', `watching-${process.pid}`);
    try {
      await build({
        ...{ configFile: false, logLevel: 'silent', publicDir: false },
        ssr: { noExternal: true, external: ['koffi'] },
        build: { ssr: 'native/linux/fixtures/watching.ts', outDir: folder, target: 'node20' },
      });
      const program = fs.readdirSync(folder).find((name) => name.startsWith('watching'))!;
      const output = execFileSync(process.execPath, [path.join(folder, program)], { timeout: 10_000 });
      expect(String(output)).toBe('missed 0\n');
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  });
});
