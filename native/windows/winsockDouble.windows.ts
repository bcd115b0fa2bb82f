/** Reading the catalogue against the double: what Wine leaves empty, and what goes wrong. It shows nothing about Windows. */
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { Winsock } from '../../shared/winsock';
import { doubleFile, TestDouble } from './fixtures/double';
import { Libraries } from './libraries';
import { WinsockReader } from './winsock';

const double = new TestDouble();
const setEntries = double.control<(count: number) => void>('void double_catalogue_entries(uint32)');
const grow = double.control<(times: number) => void>('void double_catalogue_grow(uint32)');
const claim = double.control<(count: number) => void>('void double_catalogue_claim(int)');
const pad = double.control<(characters: number) => void>('void double_catalogue_pad(uint32)');
const stillOpen = double.control<() => number>('int double_catalogue_open()');

const read = (): Winsock =>
  new WinsockReader(new Libraries({ ws2_32: doubleFile }), { SystemRoot: String.raw`C:\W` }).read();

beforeEach(() => double.reset());

describe('the catalogue of the double', () => {
  test('every field is where the SDK has it', () => {
    const { catalogues, problems } = read();
    assert.deepEqual(problems, []);
    assert.deepEqual(
      catalogues.map(({ bits }) => bits),
      [64, 32],
    );
    assert.deepEqual(catalogues[0]!.protocols[0], {
      name: 'MSAFD Tcpip [TCP/IPv6] 64',
      kind: 'base',
      catalogEntryId: 1001,
      providerId: '{E70F1AA0-AB8B-11CF-8CA3-00805F48A192}',
      chain: [],
      version: 2,
      addressFamily: { value: 23, name: 'AF_INET6' },
      socketType: { value: 1, name: 'SOCK_STREAM' },
      protocol: { value: 6, name: 'IPPROTO_TCP' },
      protocolMaxOffset: 0,
      minSocketAddress: 27,
      maxSocketAddress: 28,
      byteOrder: { value: 1, name: 'LITTLEENDIAN' },
      securityScheme: { value: 5, name: null },
      messageSize: 0,
      messageLimit: 'stream',
      serviceFlags: {
        value: 0x66,
        names: [
          'XP1_GUARANTEED_DELIVERY',
          'XP1_GUARANTEED_ORDER',
          'XP1_GRACEFUL_CLOSE',
          'XP1_EXPEDITED_DATA',
        ],
        unknown: 0,
      },
      reservedServiceFlags: [2, 3, 4],
      providerFlags: { value: 8, names: ['PFL_MATCHES_PROTOCOL_ZERO'], unknown: 0 },
      providerPath: String.raw`C:\W\base64.dll`,
      visible: true,
    });
  });

  test('layered, chained and hidden entries are told apart', () => {
    const { catalogues, sockets } = read();
    const [, hidden, layered, chain] = catalogues[0]!.protocols;
    assert.deepEqual([hidden!.visible, layered!.visible, chain!.visible], [false, false, true]);
    assert.deepEqual([hidden!.messageLimit, hidden!.serviceFlags.unknown], ['unlimited', 0x8000_0000]);
    assert.deepEqual([layered!.kind, layered!.chain], ['layered', []]);
    assert.deepEqual([chain!.kind, chain!.chain], ['chain', [2001, 1001]]);
    assert.equal(chain!.providerPath, String.raw`C:\W\layered.dll`);
    assert.deepEqual([...new Set(sockets.map(({ catalogEntryId }) => catalogEntryId))], [1001, 2002]);
  });

  test('the 32-bit catalogue comes from its own calls', () => {
    const { catalogues } = read();
    const [base] = catalogues[1]!.protocols;
    assert.equal(base!.name, 'MSAFD Tcpip [TCP/IPv6] 32');
    assert.equal(base!.providerPath, String.raw`C:\W\base32.dll`);
    // What is shown to 32-bit programs cannot be asked for.
    assert.equal(base!.visible, null);
    assert.equal(double.calls('WSCEnumNameSpaceProviders32'), 1);
  });

  test('name-space providers have their texts', () => {
    assert.deepEqual(read().catalogues[0]!.nameSpaces, [
      {
        name: 'DNS (made up)',
        providerId: '{E70F1AA0-AB8B-11CF-8CA3-00805F48A192}',
        nameSpace: { value: 12, name: 'NS_DNS' },
        active: true,
        version: 7,
      },
      {
        name: 'Other',
        providerId: '{01020304-0506-0708-090A-0B0C0D0E0F10}',
        nameSpace: { value: 4711, name: null },
        active: false,
        version: 8,
      },
    ]);
  });

  test('the version is asked for once, and the call is balanced', () => {
    assert.deepEqual(read().startup, {
      version: '2.2',
      highVersion: '3.1',
      description: 'WinSock made up',
      systemStatus: 'Doubled',
    });
    assert.deepEqual([double.calls('WSAStartup'), stillOpen()], [1, 0]);
  });
});

describe('sizes', () => {
  test('a catalogue larger than the first buffer is read whole', () => {
    setEntries(1000);
    const { catalogues, problems } = read();
    assert.deepEqual(problems, []);
    for (const { protocols, nameSpaces } of catalogues)
      assert.deepEqual([protocols.length, nameSpaces.length, nameSpaces[997]!.name], [1000, 998, 'Other']);
    assert.equal(double.calls('WSCEnumProtocols'), 2);
  });

  test('a catalogue that grows meanwhile is read again, but not for ever', () => {
    grow(3);
    assert.deepEqual(read().problems, []);
    grow(0xffff);
    const before = double.calls('WSCEnumProtocols');
    const { problems, catalogues } = read();
    assert.equal(problems.length, 3, problems.join('\n'));
    assert.match(problems[0]!, /kept growing/);
    assert.deepEqual(catalogues[0]!.protocols, []);
    assert.equal(double.calls('WSCEnumProtocols') - before, 5);
  });

  test('more entries than the buffer holds are not believed', () => {
    for (const count of [27, 0x7fff_ffff, -2]) {
      claim(count);
      const { problems } = read();
      assert.equal(problems.length, 3);
      for (const problem of problems) assert.match(problem, /malformed/);
    }
  });

  test('a path longer than most is read whole', () => {
    pad(1800);
    assert.equal(
      read().catalogues[0]!.protocols[0]!.providerPath,
      String.raw`C:\W` + `\\${'x'.repeat(1800)}base64.dll`,
    );
  });
});

describe('errors', () => {
  /** What is left empty: of the version, then protocols and name spaces of 64 bits, and of 32 */
  const PARTS: [call: string, counts: number[]][] = [
    ['WSAStartup', [0, 4, 2, 4, 2]],
    ['WSAEnumProtocolsW', [1, 4, 2, 4, 2]],
    ['WSCEnumProtocols', [1, 0, 2, 4, 2]],
    ['WSAEnumNameSpaceProvidersW', [1, 4, 0, 4, 2]],
    ['WSCEnumProtocols32', [1, 4, 2, 0, 2]],
    ['WSCEnumNameSpaceProviders32', [1, 4, 2, 4, 0]],
  ];

  for (const [call, counts] of PARTS)
    test(`${call} failing leaves the rest alone`, () => {
      double.fail(call, 10_050);
      const { problems, catalogues, startup } = read();
      assert.equal(problems.length, 1);
      assert.match(problems[0]!, new RegExp(`^${call}: WSAENETDOWN`));
      const found = catalogues.flatMap(({ protocols, nameSpaces }) => [protocols.length, nameSpaces.length]);
      assert.deepEqual([startup === null ? 0 : 1, ...found], counts);
      const visible = call === 'WSAEnumProtocolsW' ? null : true;
      for (const { protocols } of catalogues.slice(0, 1))
        for (const entry of protocols.slice(0, 1)) assert.equal(entry.visible, visible);
    });

  test('a path that is refused is not told', () => {
    double.fail('WSCGetProviderPath', 10_022);
    const { catalogues, problems } = read();
    assert.deepEqual([catalogues[0]!.protocols[0]!.providerPath, problems], [null, []]);
    assert.notEqual(catalogues[1]!.protocols[0]!.providerPath, null);
  });
});
