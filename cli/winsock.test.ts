import { describe, expect, it } from 'vitest';
import type { Winsock, WinsockProtocol } from '../shared/winsock';
import { winsockOutput } from './winsock';

const TCP: WinsockProtocol = {
  name: 'MSAFD Tcpip [TCP/IP]',
  kind: 'base',
  catalogEntryId: 1001,
  providerId: '{E70F1AA0-AB8B-11CF-8CA3-00805F48A192}',
  providerPath: String.raw`C:\Windows\system32\mswsock.dll`,
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
  serviceFlags: { value: 2, names: ['XP1_GUARANTEED_DELIVERY'], unknown: 0 },
  reservedServiceFlags: [0, 0, 0],
  providerFlags: { value: 0, names: [], unknown: 0 },
  visible: true,
};
const LAYERED: WinsockProtocol = {
  ...TCP,
  ...{ name: 'Spy\u001b[2J', kind: 'chain', catalogEntryId: 2002, chain: [2001, 1001], providerPath: null },
  ...{ protocol: { value: 0, name: null }, protocolMaxOffset: 255, visible: false },
};
const WINSOCK: Winsock = {
  startup: { version: '2.2', highVersion: '2.2', description: 'WinSock 2.0', systemStatus: 'Running' },
  catalogues: [
    {
      bits: 64,
      protocols: [TCP, LAYERED],
      nameSpaces: [
        {
          name: 'DNS',
          providerId: '{22059D40-7E9E-11CF-AE5A-00AA00A7112B}',
          nameSpace: { value: 12, name: 'NS_DNS' },
          active: true,
          version: 0,
        },
      ],
    },
    { bits: 32, protocols: [], nameSpaces: [] },
  ],
  sockets: [
    {
      addressFamily: TCP.addressFamily,
      socketType: TCP.socketType,
      protocol: TCP.protocol,
      lastProtocol: 6,
      catalogEntryId: 1001,
    },
  ],
  problems: [],
};

describe('winsock', () => {
  it('prints everything for people', () => {
    const { stdout, stderr, exitCode } = winsockOutput(WINSOCK, false);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(stdout.split('\n')).toEqual([
      'Winsock 2.2 (the highest is 2.2), WinSock 2.0, Running',
      '',
      'Catalogue of 64-bit programs. Protocols: 2, name-space providers: 1',
      '',
      '  MSAFD Tcpip [TCP/IP]',
      '    Entry           1001, base provider',
      '    Provider        {E70F1AA0-AB8B-11CF-8CA3-00805F48A192}',
      String.raw`    Library         C:\Windows\system32\mswsock.dll`,
      '    Family          AF_INET (2)',
      '    Type            SOCK_STREAM (1)',
      '    Protocol        IPPROTO_TCP (6)',
      '    Version         2',
      '    Services        guaranteed delivery',
      '    Provider flags  none',
      '    Messages        a stream, no messages',
      '    Addresses       16 to 16 bytes',
      '    Byte order      BIGENDIAN (0)',
      '    Security        SECURITY_PROTOCOL_NONE (0)',
      '',
      '  Spy?[2J',
      '    Entry           2002, chain of providers, not shown to programs',
      '    Chain           2001 → 1001',
      ...[expect.anything(), expect.stringContaining('not told')],
      ...[expect.anything(), expect.anything(), '    Protocol        0 to 255'],
      ...Array.from({ length: 7 }, () => expect.anything() as unknown),
      '',
      '  DNS  NS_DNS (12), version 0, active, {22059D40-7E9E-11CF-AE5A-00AA00A7112B}',
      '',
      'Catalogue of 32-bit programs. Protocols: 0, name-space providers: 0',
      '',
      'Sockets that can be made',
      '  socket(AF_INET (2), SOCK_STREAM (1), IPPROTO_TCP (6))',
      '',
    ]);
  });

  it('--json prints one object, without a control character', () => {
    const { stdout } = winsockOutput(WINSOCK, true);
    expect(JSON.parse(stdout)).toEqual(WINSOCK);
    expect(stdout).not.toContain('\u001b');
    expect(stdout.split('\n')).toHaveLength(2);
  });

  it('says what could not be read, and 4', () => {
    expect(winsockOutput({ ...WINSOCK, startup: null, problems: ['It\u0007 broke.'] }, false)).toMatchObject({
      stderr: 'socketscope: It? broke.\n',
      exitCode: 4,
    });
  });
});
