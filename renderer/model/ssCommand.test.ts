import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import type { Socket as Datagrams } from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { listener, socketRow, udpSocket } from '../../shared/fixtures/rows';
import type { SocketRow } from '../../shared/socket';
import { ssCommand } from './ssCommand';

const own = (): boolean => false;
const lines = (rows: SocketRow[]): string[] => ssCommand(rows, own).text.trimEnd().split('\n');

describe('ssCommand', () => {
  it('names endpoints, one command for each protocol and version of IP', () => {
    const v6 = { family: 6, localAddress: '2001:db8::1', remoteAddress: '2001:db8::2' } as const;
    expect(
      lines([
        socketRow(),
        udpSocket({ localAddress: '0.0.0.0', localPort: 53, interface: null }),
        socketRow({ localPort: 80, remotePort: 7 }),
        socketRow(v6),
        listener({ family: 6, localAddress: '::', localPort: 80, interface: null }),
      ]),
    ).toEqual([
      "ss -4tan '( src 10.0.0.5:443 and dst 10.0.0.9:51122 ) or ( src 10.0.0.5:80 and dst 10.0.0.9:7 )'",
      "ss -4uan '( src 0.0.0.0:53 and dst 0.0.0.0 )'",
      "ss -6tan '( src [2001:db8::1]:443 and dst [2001:db8::2]:51122 ) or ( src [::]:80 and dst [::] )'",
    ]);
  });

  it('says the zone, and the interface of a wildcard that is bound to one, as a device', () => {
    const zone = { family: 6, localAddress: 'fe80::1%eth0', remoteAddress: 'fe80::2%eth0' } as const;
    expect(
      lines([socketRow(zone), udpSocket({ localAddress: '0.0.0.0', localPort: 68, interface: 'eth1' })]),
    ).toEqual([
      "ss -6tan '( src [fe80::1]:443 and dst [fe80::2]:51122 and dev = eth0 )'",
      "ss -4uan '( src 0.0.0.0:68 and dst 0.0.0.0 and dev = eth1 )'",
    ]);
  });

  it('counts what ss cannot name', () => {
    const unix = { protocol: 'unix', family: null, localAddress: '/run/x', localPort: null } as const;
    const rows = [
      socketRow(),
      socketRow(unix),
      socketRow({ state: 'BOUND' }),
      socketRow({ namespace: 'web' }),
      socketRow({ localAddress: "fe80::1%e'; reboot", family: 6 }),
    ];
    expect(ssCommand(rows, ({ namespace }) => namespace === 'web')).toMatchObject({ found: 1, left: 4 });
    expect(ssCommand(rows.slice(1, 2), own)).toEqual({ text: '', found: 0, left: 1 });
  });

  it('makes several commands of many sockets', () => {
    const rows = Array.from({ length: 450 }, (_, i) => socketRow({ remotePort: 1000 + i }));
    expect(lines(rows)).toHaveLength(3);
    expect(ssCommand(rows, own).found).toBe(450);
  });

  it('never ends the quotes that it stands in, whatever the rows hold', () => {
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom('10.0.0.5', '::1', "fe80::1%'", 'fe80::1%$(x)', 'fe80::1%a b'),
    );
    const row = fc.record({ localAddress: text, remoteAddress: fc.option(text), interface: fc.option(text) });
    fc.assert(
      fc.property(row, (fields) => {
        const { text: command } = ssCommand([socketRow({ family: 6, ...fields })], own);
        expect(command).toMatch(/^(ss -6tan '[\w.:@[\]()= -]+'\n)?$/);
      }),
      { numRuns: 2000 },
    );
  });
});

const HAS_SS = process.platform === 'linux' && canRun();
function canRun(): boolean {
  try {
    execFileSync('ss', ['-V'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** What `ss` prints of each socket: its two endpoints as it writes them. */
function printed(command: string): string[] {
  const output = execFileSync('sh', ['-c', command], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  return output
    .split('\n')
    .filter((line) => line !== '' && !/^(State|Netid|Recv-Q)/.test(line))
    .map((line) => line.trim().split(/\s+/).slice(3, 5).join(' '))
    .sort();
}

describe.runIf(HAS_SS)('the real ss', () => {
  const open: { close(): unknown; destroy?(): unknown }[] = [];
  afterEach(() => {
    for (const one of open.splice(0)) {
      if (one.destroy === undefined) one.close();
      else one.destroy();
    }
  });

  async function listen(host: string, more: net.ListenOptions = {}): Promise<number> {
    const server = net.createServer((socket) => open.push(socket as never));
    open.push(server);
    server.listen({ host, port: 0, ...more });
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  async function connect(host: string, port: number): Promise<number> {
    const socket = net.connect({ host, port });
    open.push(socket as never);
    await once(socket, 'connect');
    return socket.localPort!;
  }

  async function bind(type: 'udp4' | 'udp6', host: string): Promise<{ socket: Datagrams; port: number }> {
    const socket = createSocket({ type, ipv6Only: type === 'udp6' });
    open.push(socket);
    socket.bind(0, host);
    await once(socket, 'listening');
    return { socket, port: socket.address().port };
  }

  it('prints exactly the sockets that were selected, among many like them', async () => {
    const four = await listen('127.0.0.1');
    const any = await listen('0.0.0.0');
    const six = await listen('::', { ipv6Only: true });
    const dual = await listen('::');
    const first = await connect('127.0.0.1', four);
    await connect('127.0.0.1', four); // a neighbour that is not selected
    const mapped = await connect('127.0.0.1', dual);
    const loop = await connect('::1', six);
    await connect('::1', six);

    const v6 = { family: 6 } as const;
    const rows = [
      listener({ localAddress: '0.0.0.0', localPort: any, interface: null }),
      listener({ ...v6, localAddress: '::', localPort: six, interface: null }),
      socketRow({
        localAddress: '127.0.0.1',
        localPort: first,
        remoteAddress: '127.0.0.1',
        remotePort: four,
      }),
      socketRow({
        ...{ ...v6, localAddress: '::ffff:127.0.0.1', localPort: dual },
        ...{ remoteAddress: '::ffff:127.0.0.1', remotePort: mapped },
      }),
      socketRow({ ...v6, localAddress: '::1', localPort: loop, remoteAddress: '::1', remotePort: six }),
    ];
    const { text, found, left } = ssCommand(rows, own);
    expect([found, left]).toEqual([5, 0]);
    expect(printed(text)).toEqual(
      [
        `0.0.0.0:${any} 0.0.0.0:*`,
        `[::]:${six} [::]:*`,
        `127.0.0.1:${first} 127.0.0.1:${four}`,
        `[::ffff:127.0.0.1]:${dual} [::ffff:127.0.0.1]:${mapped}`,
        `[::1]:${loop} [::1]:${six}`,
      ].sort(),
    );
    // Each of them alone is found alone.
    for (const row of rows) expect(printed(ssCommand([row], own).text)).toHaveLength(1);
  });

  it('prints exactly the datagram sockets that were selected', async () => {
    const any = await bind('udp4', '0.0.0.0');
    const six = await bind('udp6', '::');
    const connected = await bind('udp4', '127.0.0.1');
    await bind('udp4', '127.0.0.1');
    connected.socket.connect(any.port, '127.0.0.1');
    await once(connected.socket, 'connect');
    const rows = [
      udpSocket({ localAddress: '0.0.0.0', localPort: any.port, interface: null }),
      udpSocket({ family: 6, localAddress: '::', localPort: six.port, interface: null }),
      udpSocket({
        ...{ localAddress: '127.0.0.1', localPort: connected.port },
        ...{ remoteAddress: '127.0.0.1', remotePort: any.port },
      }),
    ];
    expect(printed(ssCommand(rows, own).text)).toEqual(
      [
        `0.0.0.0:${any.port} 0.0.0.0:*`,
        `[::]:${six.port} [::]:*`,
        `127.0.0.1:${connected.port} 127.0.0.1:${any.port}`,
      ].sort(),
    );
  });

  const local = Object.entries(networkInterfaces())
    .flatMap(([name, addresses]) => (addresses ?? []).map(({ address }) => ({ name, address })))
    .find(({ address }) => address.startsWith('fe80:'));
  it.skipIf(local === undefined)('finds link-local sockets by their zone', async () => {
    const { name, address } = local!;
    const port = await listen(`${address}%${name}`);
    const from = await connect(`${address}%${name}`, port);
    const zoned = `${address}%${name}`;
    const ends = { family: 6, localAddress: zoned, remoteAddress: zoned } as const;
    const server = listener({ family: 6, localAddress: zoned, localPort: port });
    const client = socketRow({ ...ends, localPort: from, remotePort: port });
    expect(printed(ssCommand([server], own).text)).toEqual([`[${address}]%${name}:${port} [::]:*`]);
    expect(printed(ssCommand([client], own).text)).toEqual([
      `[${address}]%${name}:${from} [${address}]:${port}`,
    ]);
  });

  it('takes as many as can be selected at once', () => {
    const rows = Array.from({ length: 1000 }, (_, i) =>
      socketRow({
        family: 6,
        localAddress: '2001:db8:1111:2222:3333:4444:5555:6666',
        localPort: 1 + i,
        remotePort: 2,
        remoteAddress: '2001:db8:1111:2222:3333:4444:5555:7777',
      }),
    );
    expect(printed(ssCommand(rows, own).text)).toEqual([]);
  });
});
