/** The Winsock catalogue of the system that runs this, by way of the real calls, and compared with sockets that can be made. */
import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { createCatalogue } from '../index';
import { sdkLayout, sdkOffset } from './fixtures/sdkLayouts';
import { NAMESPACE_INFO, PROTOCOL_INFO, WSADATA } from './winsockEntries';

describe('layouts are those of the SDK', () => {
  const compare = (structure: string, size: number, members: Record<string, number>): void => {
    assert.equal(sdkLayout(structure).size, size);
    for (const [member, offset] of Object.entries(members))
      assert.equal(sdkOffset(structure, member), offset, `${structure}.${member}`);
  };

  test('WSAPROTOCOL_INFOW', () => {
    const at = PROTOCOL_INFO;
    compare('WSAPROTOCOL_INFOW', at.size, {
      dwServiceFlags1: at.serviceFlags,
      dwServiceFlags2: at.serviceFlags + 4,
      dwServiceFlags3: at.serviceFlags + 8,
      dwServiceFlags4: at.serviceFlags + 12,
      dwProviderFlags: at.providerFlags,
      ProviderId: at.providerId,
      dwCatalogEntryId: at.catalogEntryId,
      ProtocolChain: at.chainLength,
      iVersion: at.version,
      iAddressFamily: at.addressFamily,
      iMaxSockAddr: at.maxSocketAddress,
      iMinSockAddr: at.minSocketAddress,
      iSocketType: at.socketType,
      iProtocol: at.protocol,
      iProtocolMaxOffset: at.protocolMaxOffset,
      iNetworkByteOrder: at.byteOrder,
      iSecurityScheme: at.securityScheme,
      dwMessageSize: at.messageSize,
      szProtocol: at.name,
    });
    compare('WSAPROTOCOLCHAIN', 32, { ChainLen: 0, ChainEntries: at.chain - at.chainLength });
  });

  test('WSANAMESPACE_INFOW and WSADATA', () => {
    compare('WSANAMESPACE_INFOW', NAMESPACE_INFO.size, {
      NSProviderId: NAMESPACE_INFO.providerId,
      dwNameSpace: NAMESPACE_INFO.nameSpace,
      fActive: NAMESPACE_INFO.active,
      dwVersion: NAMESPACE_INFO.version,
      lpszIdentifier: NAMESPACE_INFO.identifier,
    });
    compare('WSADATA', WSADATA.size, {
      wVersion: WSADATA.version,
      wHighVersion: WSADATA.highVersion,
      szDescription: WSADATA.description,
      szSystemStatus: WSADATA.systemStatus,
    });
  });
});

describe('the catalogue of this system', () => {
  const winsock = createCatalogue('win32').winsock();
  const [own] = winsock.catalogues;

  test('Winsock is 2.2', () => {
    assert.deepEqual([winsock.startup?.version, winsock.startup?.highVersion], ['2.2', '2.2']);
    assert.match(winsock.startup!.description, /winsock/i);
  });

  test('TCP and UDP are there for both families, with what they promise', () => {
    for (const [family, protocol, addressLength] of [
      ['AF_INET', 'IPPROTO_TCP', 16],
      ['AF_INET', 'IPPROTO_UDP', 16],
      ['AF_INET6', 'IPPROTO_TCP', 28],
      ['AF_INET6', 'IPPROTO_UDP', 28],
    ] as const) {
      const entry = own!.protocols.find(
        (each) =>
          each.addressFamily.name === family && each.protocol.name === protocol && each.kind === 'base',
      );
      assert.ok(entry, `${family} ${protocol}`);
      const { names, unknown } = entry.serviceFlags;
      const tcp = protocol === 'IPPROTO_TCP';
      assert.equal(names.includes('XP1_GUARANTEED_DELIVERY'), tcp);
      assert.equal(names.includes('XP1_CONNECTIONLESS'), !tcp);
      assert.equal(names.includes('XP1_MESSAGE_ORIENTED'), !tcp);
      assert.equal(unknown, 0);
      assert.equal(entry.socketType.name, tcp ? 'SOCK_STREAM' : 'SOCK_DGRAM');
      assert.equal(entry.messageLimit === 'stream', tcp);
      assert.equal(entry.maxSocketAddress, addressLength);
      assert.equal(entry.version, 2);
      assert.match(entry.providerId, /^\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}$/);
      assert.equal(entry.visible, true);
      assert.notEqual(entry.name, '');
    }
  });

  test('every entry has an id of its own, and every chain is made of entries', () => {
    const ids = own!.protocols.map(({ catalogEntryId }) => catalogEntryId);
    assert.equal(new Set(ids).size, ids.length);
    for (const { chain } of own!.protocols) for (const id of chain) assert.ok(ids.includes(id));
  });

  test('what it offers can be made', async () => {
    for (const [family, type] of [
      ['AF_INET', 'udp4'],
      ['AF_INET6', 'udp6'],
    ] as const) {
      const offered = winsock.sockets.filter(
        ({ addressFamily, socketType }) => addressFamily.name === family && socketType.name === 'SOCK_DGRAM',
      );
      assert.deepEqual(
        offered.map(({ protocol }) => protocol.value).filter((protocol) => protocol === 0 || protocol === 17),
        [0, 17],
      );
      const socket = dgram.createSocket(type);
      socket.bind(0);
      await once(socket, 'listening');
      socket.close();
    }
  });
});
