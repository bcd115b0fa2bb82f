import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FactValue } from '../../shared/details';
import { NativeError } from '../nativeError';
import { readInetFacts } from './inetDetails';
import type { InetFacts } from './inetDetails';
import { DIAG_SIZE, InetTable } from './inetDiag';
import { ReplyBuffer } from './netlink';
import { optionGroups, optionsOf } from './socketOptions';
import { readUnixGroups } from './unixDetails';

const TCP = new InetTable('tcp4');
const ESTABLISHED = 1;

type Attribute = [type: number, data: readonly number[]];

/** struct inet_diag_msg with attributes, as the kernel lays them out. */
function message(head: Record<number, number>, attributes: readonly Attribute[] = []): Uint8Array {
  const parts = attributes.map(([type, data]) => {
    const part = new Uint8Array((4 + data.length + 3) & ~3);
    new DataView(part.buffer).setUint16(0, 4 + data.length, true);
    new DataView(part.buffer).setUint16(2, type, true);
    part.set(data, 4);
    return part;
  });
  const bytes = new Uint8Array(DIAG_SIZE + parts.reduce((sum, part) => sum + part.length, 0));
  for (const [at, value] of Object.entries(head)) bytes[Number(at)] = value;
  let at = DIAG_SIZE;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function read(bytes: Uint8Array, table = TCP): InetFacts {
  const reply = new ReplyBuffer(4096);
  reply.bytes.set(bytes);
  return readInetFacts(table, reply, 0, bytes.length, (index) => `if${index}`);
}

function facts({ groups, ip }: InetFacts): Record<string, FactValue> {
  const all = [...groups.flatMap((group) => group.facts), ...ip];
  return Object.fromEntries(all.map(({ name, value }) => [name, value]));
}

const text = (value: string): number[] => [...Buffer.from(`${value}\0`)];
const words = (...values: number[]): number[] => [...new Uint8Array(Uint32Array.from(values).buffer)];

describe('readInetFacts', () => {
  it('reads timer, shutdown, interface, marks, class, cgroup and options', () => {
    const told = read(
      message({ 0: 2, 1: ESTABLISHED, 2: 4, 3: 3, 40: 5, 52: 200, 53: 1, 68: 99 }, [
        [8, [2]],
        [5, [0xb8]],
        [15, words(0xbeef)],
        [17, words(0x10001)],
        [21, [0x41, 0, 0, 0, 1, 0, 0, 0]],
        [22, [0b0010_0101, 0b101]],
        [7, words(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)],
        [4, text('reno')],
      ]),
    );
    expect(facts(told)).toMatchObject({
      ...{ timer: 'zero-window probe', timerExpires: 456, timerRetries: 3, shutdown: 'sending' },
      ...{ interface: 'if5', inode: 99, tos: '0xb8', dscp: 46, mark: '0xbeef', classId: '0x10001' },
      ...{ receiveErrors: true, freebind: true, transparent: true, multicastLoop: false },
      ...{ bindWithoutPort: true, receiveErrorsRfc4884: false, deferredConnect: true },
      ...{ receiveMemory: 1, receiveLimit: 2, backlogMemory: 8, drops: 9, congestionControl: 'reno' },
    });
    expect(told.cgroup).toBe(0x1_0000_0041n);
  });

  it('reads TLS in the kernel, counts keys without telling them, and lists addresses', () => {
    const nested = (type: number, data: readonly number[]): number[] => {
      const part = [4 + data.length, 0, type, 0, ...data];
      return [...part, ...new Array<number>((4 - (part.length % 4)) % 4).fill(0)];
    };
    const tls = [...nested(1, [4, 3]), ...nested(2, [52, 0]), ...nested(3, [2, 0]), ...nested(4, [3, 0])];
    const address = new Array<number>(128).fill(0);
    address.splice(0, 8, 2, 0, 0, 80, 192, 0, 2, 7);
    const told = facts(
      read(
        message({ 0: 2, 1: ESTABLISHED }, [
          [19, [...nested(1, text('tls')), ...nested(2 | 0x8000, tls)]],
          [18, new Array<number>(200).fill(0x73)],
          [12, [...address, ...address]],
        ]),
      ),
    );
    expect(told).toMatchObject({
      ...{ upperLayer: 'tls', tlsVersion: '1.3', tlsCipher: 'AES-GCM-256' },
      ...{ tlsSend: 'by the kernel', tlsReceive: 'by the network card', md5Keys: 2 },
      localAddresses: '192.0.2.7, 192.0.2.7',
    });
    expect(JSON.stringify(told)).not.toContain('sss');
  });

  it('leaves out what the kernel leaves out', () => {
    const told = facts(read(message({ 0: 2, 1: ESTABLISHED })));
    expect(told).toEqual({ state: 'Established', timer: 'none', receiveQueue: 0, sendQueue: 0 });
  });

  it('names a timer that it does not know by its number', () => {
    expect(facts(read(message({ 0: 2, 1: ESTABLISHED, 2: 9 })))).toMatchObject({ timer: 'timer 9' });
  });

  it('answers anything with facts or a typed error', () => {
    const attribute = fc.tuple(fc.nat(30), fc.array(fc.nat(255), { maxLength: 300 }));
    const made = fc
      .tuple(fc.nat(13), fc.array(attribute, { maxLength: 8 }), fc.nat(400), fc.nat(255))
      .map(([state, attributes, at, value]) => {
        const bytes = message({ 0: 2, 1: state }, attributes);
        if (at < bytes.length) bytes[at] = value;
        return bytes;
      });
    const cut = fc.tuple(made, fc.nat(60)).map(([bytes, off]) => bytes.subarray(0, bytes.length - off));
    const tables = ['tcp4', 'tcp6', 'udp4', 'sctp4', 'mptcp4', 'raw4'] as const;
    let understood = 0;
    fc.assert(
      fc.property(fc.oneof(made, cut), fc.constantFrom(...tables), (bytes, name) => {
        try {
          const told = read(bytes, new InetTable(name));
          for (const group of told.groups) expect(group.facts.length).toBeGreaterThan(0);
          understood++;
        } catch (error) {
          expect(error).toBeInstanceOf(NativeError);
        }
      }),
      { numRuns: 500 },
    );
    expect(understood).toBeGreaterThan(50);
  });
});

describe('readUnixGroups', () => {
  it('answers anything with facts or a typed error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const reply = new ReplyBuffer(4096);
        reply.bytes.set(bytes);
        try {
          expect(readUnixGroups(reply, 0, bytes.length)[0]?.name).toBe('state');
        } catch (error) {
          expect(error).toBeInstanceOf(NativeError);
        }
      }),
    );
  });
});

describe('optionGroups', () => {
  it('takes whatever getsockopt answers', () => {
    const value = fc.option(fc.uint8Array({ maxLength: 32 }), { nil: null });
    fc.assert(
      fc.property(
        fc.constantFrom('tcp' as const, 'udp' as const, 'unix' as const),
        fc.constantFrom(4 as const, 6 as const, null),
        fc.array(value, { minLength: 80, maxLength: 80 }),
        (protocol, family, values) => {
          const asked = optionsOf(protocol, family);
          const answers = asked.map((_, i) => {
            const bytes = values[i];
            return bytes == null ? null : new DataView(Uint8Array.from(bytes).buffer);
          });
          for (const { facts } of optionGroups(asked, answers, [], new Set())) {
            for (const { value } of facts) {
              expect(value).not.toBe('');
              if (typeof value === 'number') expect(value).not.toBeNaN();
            }
          }
        },
      ),
    );
  });

  it('asks for nothing whose reading changes the socket', () => {
    const forbidden = [
      [1, 4], // SO_ERROR is cleared by reading
      [6, 28], // TCP_SAVED_SYN is freed by reading
      [6, 35], // TCP_ZEROCOPY_RECEIVE reads data
    ];
    for (const protocol of ['tcp', 'mptcp', 'udp', 'raw', 'unix'] as const) {
      for (const family of [4, 6, null] as const) {
        const asked = optionsOf(protocol, family);
        for (const [level, option] of forbidden) {
          expect(asked.some((each) => each.level === level && each.option === option)).toBe(false);
        }
        const names = asked.map(({ name }) => name);
        expect(new Set(names).size).toBe(names.length);
      }
    }
  });
});
