import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messageLimitText, socketChoices } from '../../shared/winsock';
import type { WinsockCatalogue } from '../../shared/winsock';
import { NativeError } from '../nativeError';
import { protocolInfo } from './fixtures/protocolInfo';
import {
  decodeNameSpaces,
  decodeProtocols,
  decodeStartup,
  expandVariables,
  guid,
  NAMESPACE_INFO,
  PROTOCOL_INFO,
  WSADATA,
} from './winsockEntries';
import { decodeUtf16 } from './utf16';

const decodeOne = (changes?: Parameters<typeof protocolInfo>[0]) =>
  decodeProtocols(protocolInfo(changes), 1, 'WSCEnumProtocols')[0]!;

const visible = (entry: ReturnType<typeof decodeOne>) => ({ ...entry, providerPath: null, visible: true });

describe('decodeProtocols', () => {
  it('reads every field', () => {
    expect(decodeOne()).toEqual({
      name: 'TCP/IP',
      kind: 'base',
      catalogEntryId: 1001,
      providerId: '{E70F1AA0-AB8B-11CF-8CA3-00805F48A192}',
      chain: [],
      version: 2,
      addressFamily: { value: 2, name: 'AF_INET' },
      socketType: { value: 1, name: 'SOCK_STREAM' },
      protocol: { value: 6, name: 'IPPROTO_TCP' },
      protocolMaxOffset: 0,
      minSocketAddress: 16,
      maxSocketAddress: 16,
      byteOrder: { value: 0, name: 'BIGENDIAN' },
      securityScheme: { value: 0, name: 'SECURITY_PROTOCOL_NONE' },
      messageSize: 0,
      messageLimit: 'stream',
      serviceFlags: {
        value: 0x0002_0066,
        names: [
          'XP1_GUARANTEED_DELIVERY',
          'XP1_GUARANTEED_ORDER',
          'XP1_GRACEFUL_CLOSE',
          'XP1_EXPEDITED_DATA',
          'XP1_IFS_HANDLES',
        ],
        unknown: 0,
      },
      reservedServiceFlags: [0, 0, 0],
      providerFlags: { value: 8, names: ['PFL_MATCHES_PROTOCOL_ZERO'], unknown: 0 },
    });
  });

  it('tells fields apart that are alike otherwise', () => {
    const changes = { minAddress: 4, maxAddress: 30, maxOffset: 255, byteOrder: 1, security: 7 } as const;
    expect(decodeOne({ ...changes, flags: [0, 1, 2, 3] })).toMatchObject({
      minSocketAddress: 4,
      maxSocketAddress: 30,
      protocolMaxOffset: 255,
      byteOrder: { value: 1, name: 'LITTLEENDIAN' },
      securityScheme: { value: 7, name: null },
      reservedServiceFlags: [1, 2, 3],
    });
  });

  it.each([
    [0, 'layered', []],
    [1, 'base', []],
    [2, 'chain', [2001, 1001]],
    [7, 'chain', [2001, 1001, 3, 4, 5, 6, 7]],
  ])('a chain of %i is %s', (chainLength, kind, chain) => {
    const links = [2001, 1001, 3, 4, 5, 6, 7];
    expect(decodeOne({ chainLength, chain: links })).toMatchObject({ kind, chain });
  });

  it.each([8, -1, 0x7fff_ffff])('refuses a chain of %i', (chainLength) => {
    expect(() => decodeOne({ chainLength })).toThrow(NativeError);
  });

  it.each([
    [0, 'stream', 'a stream, no messages'],
    [1, 'by-address', 'as large as the local address allows (SO_MAX_MSG_SIZE)'],
    [65_467, 'bytes', '65,467 bytes'],
    [0xffff_ffff, 'unlimited', 'unlimited'],
  ])('a message size of %i is %s', (messageSize, messageLimit, text) => {
    const entry = decodeOne({ messageSize });
    expect(entry).toMatchObject({ messageSize, messageLimit });
    expect(messageLimitText(visible(entry))).toBe(text);
  });

  it.each([
    [23, 3, 58, 'AF_INET6', 'SOCK_RAW', 'IPPROTO_ICMPV6'],
    [6, 5, 1256, 'AF_IPX', 'SOCK_SEQPACKET', 'NSPROTO_SPX'],
    [32, 1, 3, 'AF_BTH', 'SOCK_STREAM', 'BTHPROTO_RFCOMM'],
    [34, 1, 1, 'AF_HYPERV', 'SOCK_STREAM', 'HV_PROTOCOL_RAW'],
    // A protocol's number means nothing in another family.
    [1, 1, 6, 'AF_UNIX', 'SOCK_STREAM', null],
    [99, 9, 6, null, null, null],
  ])('names family %i, type %i and protocol %i', (family, type, protocol, ...names) => {
    const { addressFamily, socketType, protocol: named } = decodeOne({ family, type, protocol });
    expect([addressFamily.name, socketType.name, named.name]).toEqual(names);
  });

  it('reads several, and a name as long as it may be', () => {
    const bytes = Uint8Array.from([
      ...protocolInfo(),
      ...protocolInfo({ name: 'x'.repeat(256), entryId: 2 }),
    ]);
    const [first, second] = decodeProtocols(bytes, 2, 'call');
    expect([first!.name, first!.catalogEntryId]).toEqual(['TCP/IP', 1001]);
    expect([second!.name, second!.catalogEntryId]).toEqual(['x'.repeat(256), 2]);
  });

  it('refuses more entries than the buffer holds', () => {
    for (const count of [2, -1, 0x7fff_ffff, 1.5, Number.NaN])
      expect(() => decodeProtocols(protocolInfo(), count, 'WSCEnumProtocols')).toThrow(
        expect.objectContaining({ call: 'WSCEnumProtocols', codeName: 'malformed' }) as Error,
      );
    expect(decodeProtocols(protocolInfo(), 0, 'call')).toEqual([]);
  });

  it('reads, or refuses with a NativeError, whatever the bytes are', () => {
    const bytes = fc.uint8Array({ minLength: 0, maxLength: 2 * PROTOCOL_INFO.size + 5 });
    fc.assert(
      fc.property(bytes, fc.integer({ min: -1, max: 4 }), (bytes, count) => {
        try {
          for (const entry of decodeProtocols(bytes, count, 'call')) {
            expect(entry.name.length).toBeLessThanOrEqual(256);
            expect(entry.chain.length).toBeLessThanOrEqual(7);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(NativeError);
        }
      }),
    );
  });
});

describe('decodeNameSpaces', () => {
  const ADDRESS = 0x7fff_1234_0000n;

  /** One entry whose text begins at this address. */
  function entry(text: bigint): Uint8Array {
    const bytes = new Uint8Array(NAMESPACE_INFO.size + 8);
    const view = new DataView(bytes.buffer);
    bytes.set([0x0a, 0x99, 0x67, 0x64], 0);
    view.setUint32(16, 12, true);
    view.setUint32(20, 1, true);
    view.setUint32(24, 3, true);
    view.setBigUint64(32, text, true);
    bytes.set([0x44, 0, 0x4e, 0, 0x53, 0], NAMESPACE_INFO.size);
    return bytes;
  }

  it('reads every field, and the text behind the entries', () => {
    expect(decodeNameSpaces(entry(ADDRESS + 40n), 1, ADDRESS, 'call')).toEqual([
      {
        name: 'DNS',
        providerId: '{6467990A-0000-0000-0000-000000000000}',
        nameSpace: { value: 12, name: 'NS_DNS' },
        active: true,
        version: 3,
      },
    ]);
  });

  it('reads no text that lies elsewhere', () => {
    for (const text of [0n, ADDRESS - 1n, ADDRESS + 48n, 0xffff_ffff_ffff_ffffn])
      expect(decodeNameSpaces(entry(text), 1, ADDRESS, 'call')[0]!.name).toBe('');
    // The last byte alone is no character.
    expect(decodeNameSpaces(entry(ADDRESS + 47n), 1, ADDRESS, 'call')[0]!.name).toBe('');
  });

  it('reads, or refuses with a NativeError, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 130 }), fc.integer({ min: -1, max: 4 }), (bytes, count) => {
        try {
          expect(decodeNameSpaces(bytes, count, ADDRESS, 'call')).toHaveLength(count);
        } catch (error) {
          expect(error).toBeInstanceOf(NativeError);
        }
      }),
    );
  });
});

describe('decodeStartup', () => {
  it('reads the versions and the texts', () => {
    const bytes = new Uint8Array(512);
    bytes.set([2, 2, 3, 1], 0);
    bytes.set(new TextEncoder().encode('WinSock 2.0'), WSADATA.description);
    bytes.set(new TextEncoder().encode('Running'), WSADATA.systemStatus);
    expect(decodeStartup(bytes)).toEqual({
      version: '2.2',
      highVersion: '3.1',
      description: 'WinSock 2.0',
      systemStatus: 'Running',
    });
    bytes[WSADATA.description] = 0x80;
    expect(decodeStartup(bytes).description).toBe('?inSock 2.0');
  });

  it('reads texts that nothing ends no further than they may be', () => {
    const bytes = new Uint8Array(512).fill(0x41);
    expect(decodeStartup(bytes).description).toHaveLength(257);
    expect(decodeStartup(bytes).systemStatus).toHaveLength(129);
    expect(() => decodeStartup(bytes.subarray(0, 300))).toThrow(NativeError);
  });
});

describe('texts', () => {
  it('writes a GUID as Windows does', () => {
    expect(guid(Uint8Array.from({ length: 16 }, (_, i) => i + 1))).toBe(
      '{04030201-0605-0807-090A-0B0C0D0E0F10}',
    );
  });

  it('reads UTF-16 up to its zero', () => {
    const bytes = Uint8Array.from([0x3d, 0xd8, 0x00, 0xde, 0x41, 0, 0, 0, 0x42, 0]);
    expect(decodeUtf16(bytes, 0, 20)).toBe('😀A');
    expect(decodeUtf16(bytes, 0, 4)).toBe('😀');
    expect(decodeUtf16(bytes, 100, 120)).toBe('');
  });

  it('fills variables in, whatever their case, and leaves what it does not know', () => {
    const environment = { SystemRoot: String.raw`C:\Windows`, EMPTY: '' };
    const expand = (text: string): string => expandVariables(text, environment);
    expect(expand(String.raw`%systemroot%\system32\mswsock.dll`)).toBe(
      String.raw`C:\Windows\system32\mswsock.dll`,
    );
    expect(expand('%EMPTY%a')).toBe('a');
    expect(expand('100% %unknown% %%')).toBe('100% %unknown% %%');
    // What was filled in is not looked at again.
    expect(expandVariables('%A%', { A: '%B%', B: 'no' })).toBe('%B%');
  });
});

describe('socketChoices', () => {
  const catalogue = (...entries: Parameters<typeof protocolInfo>[0][]): WinsockCatalogue => ({
    bits: 64,
    nameSpaces: [],
    protocols: entries.map((changes) => visible(decodeOne(changes))),
  });
  const choices = (found: ReturnType<typeof socketChoices>) =>
    found.map(({ addressFamily, socketType, protocol, lastProtocol }) => [
      addressFamily.value,
      socketType.value,
      protocol.value,
      lastProtocol,
    ]);

  it('lists what sockets can be made of, and the protocol 0 where it will do', () => {
    const found = socketChoices(
      catalogue(
        { family: 23, providerFlags: 0 },
        { family: 2, type: 2, protocol: 17 },
        { family: 2, type: 3, protocol: 0, maxOffset: 255, providerFlags: 0xc },
        { chainLength: 0, protocol: 99 },
        { chainLength: 2, chain: [1, 2], protocol: 50, providerFlags: 0 },
      ),
    );
    expect(choices(found)).toEqual([
      [2, 1, 50, 50],
      [2, 2, 0, 0],
      [2, 2, 17, 17],
      [2, 3, 0, 255],
      [23, 1, 6, 6],
    ]);
  });

  it('leaves out what programs are not shown', () => {
    const { protocols, ...rest } = catalogue({});
    expect(socketChoices({ ...rest, protocols: [{ ...protocols[0]!, visible: false }] })).toEqual([]);
    expect(socketChoices({ ...rest, protocols: [{ ...protocols[0]!, visible: null }] })).toHaveLength(2);
  });
});
