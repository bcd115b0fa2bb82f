import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SocketTable } from '../../shared/socketTable';
import { NativeError } from '../nativeError';
import { bytesOf, datagramBytes, reply } from './fixtures/replies';
import { InetTable } from './inetDiag';
import { readReply, ReplyBuffer } from './netlink';
import { SockDiag } from './sockDiag';

/** What a scripted kernel answers: datagrams, given the sequence number that was asked with, or an error. */
type Answer = (seq: number) => Uint8Array[] | Error;

const kernel = vi.hoisted(() => ({
  script: null as Answer[] | null,
  opened: 0,
  closed: 0,
  asked: [] as Uint8Array[],
}));

// A kernel cannot be made to interrupt a dump or to lose messages on demand. Without a script the real one answers.
vi.mock(import('./libc'), async (original) => {
  const libc = await original();
  class ScriptedSocket extends libc.NetlinkSocket {
    private queue: (Uint8Array | Error)[] = [];

    constructor(protocol: number, name: string) {
      super(protocol, name);
      kernel.opened++;
    }

    override send(message: Uint8Array): void {
      kernel.asked.push(message);
      if (kernel.script === null) return super.send(message);
      const answer = kernel.script.shift()!(new DataView(message.buffer).getUint32(8, true));
      this.queue.push(...(answer instanceof Error ? [answer] : answer));
    }

    override receive(buffer: Uint8Array): number {
      if (kernel.script === null) return super.receive(buffer);
      const next = this.queue.shift()!;
      if (next instanceof Error) throw next;
      buffer.set(next);
      return next.length;
    }

    override close(): void {
      kernel.closed++;
      super.close();
    }
  }
  return { ...libc, NetlinkSocket: ScriptedSocket };
});

/** A recorded message, as the answer to another request. */
function answering(name: string, seq: number, flags?: number): Uint8Array {
  const message = reply(name);
  const view = new DataView(message.buffer);
  view.setUint32(8, seq, true);
  if (flags !== undefined) view.setUint16(6, flags, true);
  return message;
}

const DUMP_INTERRUPTED = 0x12; // NLM_F_MULTI | NLM_F_DUMP_INTR
const ESTABLISHED = 'ESTABLISHED v4, 1000 bytes sent and 77 received';
const whole: Answer = (seq) => [
  answering('LISTEN v4', seq),
  datagramBytes(answering(ESTABLISHED, seq), answering('the end of a dump', seq)),
];
/** Two of three sockets, then the kernel notices that the table changed. */
const interrupted: Answer = (seq) => [
  datagramBytes(answering('LISTEN v4', seq), answering('TIME_WAIT v4', seq)),
  answering('the end of a dump', seq, DUMP_INTERRUPTED),
];

const TCP4 = new InetTable('tcp4');
const NAMESPACE = 4026532281;

let diag: SockDiag;
let table: SocketTable;

beforeEach(() => {
  Object.assign(kernel, { script: null, opened: 0, closed: 0, asked: [] });
  diag = new SockDiag(NAMESPACE);
  table = new SocketTable();
  table.append(); // a row of another table, which must stay
});
afterEach(() => diag.close());

describe('SockDiag', () => {
  it('reads every datagram of an answer', () => {
    kernel.script = [whole];
    diag.dump(TCP4, 'tcp4', false, table);
    expect(table.length).toBe(3);
    expect(table.columns.localPort.slice(1, 3)).toEqual(Uint32Array.of(8080, 40001));
  });

  it('writes its namespace into every row it reads, and into no other', () => {
    kernel.script = [whole];
    diag.dump(TCP4, 'tcp4', false, table);
    expect(table.columns.namespace.slice(0, 3)).toEqual(Uint32Array.of(0, NAMESPACE, NAMESPACE));
  });

  it('opens its socket where it is told to, once, and not before it is needed', () => {
    let entered = 0;
    const elsewhere = new SockDiag(NAMESPACE, (use) => {
      entered++;
      const before = kernel.opened;
      const result = use();
      expect(kernel.opened).toBe(before + 1);
      return result;
    });
    expect(entered).toBe(0);
    kernel.script = [whole, whole];
    for (let i = 0; i < 2; i++) elsewhere.dump(TCP4, 'tcp4', false, table);
    expect(entered).toBe(1);
    elsewhere.close();
  });

  it('asks again for a dump that was interrupted, and forgets the rows of the first attempt', () => {
    kernel.script = [interrupted, interrupted, whole];
    diag.dump(TCP4, 'tcp4', false, table);
    expect(table.length).toBe(3);
    expect(new Set(kernel.asked.map((request) => request.join())).size).toBe(3); // each with its own number
  });

  it('takes what there is where the kernel keeps interrupting', () => {
    kernel.script = [interrupted, interrupted, interrupted];
    diag.dump(TCP4, 'tcp4', false, table);
    expect(table.length).toBe(3);
    expect(kernel.script).toEqual([]);
  });

  it('does not mistake the rest of an earlier answer for its own', () => {
    kernel.script = [(seq) => [...(interrupted(seq - 1) as Uint8Array[]), ...(whole(seq) as Uint8Array[])]];
    diag.dump(TCP4, 'tcp4', false, table);
    expect(table.length).toBe(3);
    expect(kernel.script).toEqual([]);
  });

  it('begins with a fresh socket after an answer that cannot be read', () => {
    kernel.script = [(seq) => [answering('LISTEN v4', seq), bytesOf({ type: 20, seq, size: 7 })], whole];
    expect(() => diag.dump(TCP4, 'tcp4', false, table)).toThrow(NativeError);
    table.truncate(1);
    diag.dump(TCP4, 'tcp4', false, table);
    expect(table.length).toBe(3);
    expect([kernel.opened, kernel.closed]).toEqual([2, 1]);
  });

  it('begins with a fresh socket after a failed call', () => {
    const lost = new NativeError('recv(NETLINK_SOCK_DIAG)', 105, 'ENOBUFS', '');
    kernel.script = [() => lost, whole];
    expect(() => diag.dump(TCP4, 'tcp4', false, table)).toThrow(lost);
    diag.dump(TCP4, 'tcp4', false, table);
    expect([kernel.opened, kernel.closed]).toEqual([2, 1]);
  });

  it('throws what the kernel says instead of a dump, and names the table', () => {
    kernel.script = [(seq) => [answering('the end of a dump of a protocol without handler', seq)]];
    expect(() => diag.dump(new InetTable('udp6'), 'udp6', false, table)).toThrow(
      expect.objectContaining({ call: 'dump(udp6)', code: 2, codeName: 'ENOENT' }),
    );
  });

  it('gives the errno of a refused destroy, and 0 where it succeeded', () => {
    kernel.script = [
      (seq) => [answering('SOCK_DESTROY of a socket that does not exist', seq)],
      (seq) => [bytesOf({ type: 2, seq, payload: new Uint8Array(4) })],
    ];
    expect(diag.destroy(TCP4, table, 0)).toBe(2);
    expect(diag.destroy(TCP4, table, 0) === 0).toBe(true);
  });
});

describe('a single socket', () => {
  it('is given to the visitor, and the end mark is waited for', () => {
    kernel.script = [
      (seq) => [
        answering(ESTABLISHED, seq, 0),
        bytesOf({ type: 2, seq, payload: new Uint8Array(4) }), // NLMSG_ERROR 0, the acknowledgement
      ],
    ];
    const code = diag.get(TCP4, table, 0, 0, (buffer, offset, end) =>
      TCP4.decode(buffer, offset, end, table),
    );
    expect(code === 0).toBe(true);
    expect(table.length).toBe(2);
    expect(table.columns.localPort[1]).toBe(40001);
  });

  it('that is gone is ENOENT, and the visitor is not called', () => {
    kernel.script = [(seq) => [answering('SOCK_DESTROY of a socket that does not exist', seq)]];
    const visit = vi.fn();
    expect(diag.get(TCP4, table, 0, 0, visit)).toBe(2);
    expect(visit).not.toHaveBeenCalled();
  });
});

describe.runIf(process.platform === 'linux')('the real kernel', () => {
  it('answers a dump of every table', () => {
    for (const name of ['tcp4', 'tcp6', 'udp4', 'udp6'] as const)
      diag.dump(new InetTable(name), name, false, table);
    expect(kernel.opened).toBe(1);
  });

  it('says ENOENT for a socket that does not exist', () => {
    table.columns.family[0] = 4;
    table.columns.localPort[0] = 1;
    // Without privileges the kernel may say EPERM before it looks.
    expect([1, 2]).toContain(diag.destroy(TCP4, table, 0));
  });

  it('gives exactly the socket that has this cookie, and no other with its endpoints', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const { port } = server.address() as AddressInfo;
      diag.dump(TCP4, 'tcp4', false, table);
      const row = table.columns.localPort.subarray(0, table.length).lastIndexOf(port);
      const found = new SocketTable();
      const get = (): number =>
        diag.get(TCP4, table, row, 0, (buffer, offset, end) => TCP4.decode(buffer, offset, end, found));
      expect(get() === 0).toBe(true);
      expect(found.length).toBe(1);
      for (const name of ['idHigh', 'idLow', 'localPort', 'inode', 'state'] as const)
        expect(found.columns[name][0]).toBe(table.columns[name][row]);
      table.columns.idLow[row]! ^= 1;
      expect(get()).toBe(2);
      expect(found.length).toBe(1);
    } finally {
      server.close();
    }
  });

  it('ends the dump of a protocol without handler with ENOENT, not with "no sockets"', async () => {
    const { NetlinkSocket, NETLINK_SOCK_DIAG } = await import('./libc');
    const socket = new NetlinkSocket(NETLINK_SOCK_DIAG, 'NETLINK_SOCK_DIAG');
    const request = TCP4.dumpRequest(5, false);
    request[17] = 254; // for experiments (RFC 3692): no kernel has a handler
    socket.send(request);
    const buffer = new ReplyBuffer();
    const visit = vi.fn();
    expect(readReply(buffer, socket.receive(buffer.bytes), 5, visit)).toMatchObject({ done: true, code: 2 });
    expect(visit).not.toHaveBeenCalled();
    socket.close();
  });

  it('reports a datagram that is longer than the buffer', async () => {
    const { NetlinkSocket, NETLINK_SOCK_DIAG } = await import('./libc');
    const socket = new NetlinkSocket(NETLINK_SOCK_DIAG, 'NETLINK_SOCK_DIAG');
    socket.send(TCP4.dumpRequest(5, false));
    const buffer = new ReplyBuffer(16); // NLMSG_DONE alone has 20 bytes
    const length = socket.receive(buffer.bytes);
    expect(length).toBeGreaterThan(16);
    expect(() => readReply(buffer, length, 5, () => undefined)).toThrow(
      expect.objectContaining({ codeName: 'EOVERFLOW' }),
    );
    socket.close();
  });

  it('does not hang on a kernel that says nothing', async () => {
    const { NetlinkSocket, NETLINK_SOCK_DIAG } = await import('./libc');
    const socket = new NetlinkSocket(NETLINK_SOCK_DIAG, 'NETLINK_SOCK_DIAG');
    expect(() => socket.receive(new Uint8Array(16))).toThrow(expect.objectContaining({ codeName: 'EAGAIN' }));
    socket.close();
  });

  it('refuses a protocol that does not exist with the call and the name of the error', async () => {
    const { NetlinkSocket } = await import('./libc');
    expect(() => new NetlinkSocket(31, 'NOTHING')).toThrow(
      expect.objectContaining({ call: 'socket(NOTHING)', codeName: 'EPROTONOSUPPORT' }),
    );
  });

  it('names interfaces, and gives the number of one that does not exist', async () => {
    const { interfaceName } = await import('./libc');
    expect(interfaceName(1)).toBe('lo');
    expect(interfaceName(0x7fffffff)).toBe('2147483647');
  });
});
