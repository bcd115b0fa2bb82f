/**
 * Winsock's structures, decoded by hand: bytes in, entries out. No call is made here, so this runs, and is tested, on every
 * platform. Layouts: winsock2.h of the Windows SDK, documented under
 * https://learn.microsoft.com/windows/win32/api/winsock2/ns-winsock2-wsaprotocol_infow,
 * https://learn.microsoft.com/windows/win32/api/winsock2/ns-winsock2-wsanamespace_infow and
 * https://learn.microsoft.com/windows/win32/api/winsock2/ns-winsock2-wsadata.
 */
import type {
  EntryKind,
  MessageLimit,
  NameSpaceProvider,
  Winsock,
  WinsockProtocol,
} from '../../shared/winsock';
import { NativeError } from '../nativeError';
import { decodeUtf16 } from './utf16';
import * as flags from './winsockFlags';

/** Bytes, on every Windows: it holds no pointer */
export const PROTOCOL_INFO = {
  size: 628,
  serviceFlags: 0,
  providerFlags: 16,
  providerId: 20,
  catalogEntryId: 36,
  chainLength: 40,
  chain: 44,
  version: 72,
  addressFamily: 76,
  maxSocketAddress: 80,
  minSocketAddress: 84,
  socketType: 88,
  protocol: 92,
  protocolMaxOffset: 96,
  byteOrder: 100,
  securityScheme: 104,
  messageSize: 108,
  name: 116,
} as const;
/** MAX_PROTOCOL_CHAIN */
const MAX_CHAIN = 7;
/** WSAPROTOCOL_LEN + 1 */
const NAME_UNITS = 256;
const UNLIMITED = 0xffff_ffff;

/** Bytes, on 64-bit Windows */
export const NAMESPACE_INFO = {
  size: 40,
  providerId: 0,
  nameSpace: 16,
  active: 20,
  version: 24,
  identifier: 32,
} as const;

/** Bytes, on 64-bit Windows: 32-bit programs have the two texts before the rest */
export const WSADATA = { size: 408, version: 0, highVersion: 2, description: 16, systemStatus: 273 } as const;
/** WSADESCRIPTION_LEN + 1, WSASYS_STATUS_LEN + 1 */
const DESCRIPTION_LENGTH = 257;
const STATUS_LENGTH = 129;

/** What one WSAPROTOCOL_INFOW says of itself */
export type ProtocolEntry = Omit<WinsockProtocol, 'providerPath' | 'visible'>;

/** @throws NativeError where the buffer cannot hold as many entries, or an entry contradicts itself */
export function decodeProtocols(bytes: Uint8Array, count: number, call: string): ProtocolEntry[] {
  checkCount(bytes, count, PROTOCOL_INFO.size, call);
  return Array.from({ length: count }, (_, i) =>
    decodeProtocol(bytes.subarray(i * PROTOCOL_INFO.size, (i + 1) * PROTOCOL_INFO.size), call),
  );
}

function decodeProtocol(bytes: Uint8Array, call: string): ProtocolEntry {
  const view = viewOf(bytes);
  const int = (offset: number): number => view.getInt32(offset, true);
  const dword = (offset: number): number => view.getUint32(offset, true);
  const at = PROTOCOL_INFO;
  const chainLength = int(at.chainLength);
  if (chainLength < 0 || chainLength > MAX_CHAIN)
    throw malformed(call, `A catalogue entry claims a chain of ${chainLength} providers.`);
  const family = int(at.addressFamily);
  const messageSize = dword(at.messageSize);
  return {
    name: decodeUtf16(bytes, at.name, at.name + 2 * NAME_UNITS),
    kind: kindOf(chainLength),
    catalogEntryId: dword(at.catalogEntryId),
    providerId: guid(bytes.subarray(at.providerId, at.providerId + 16)),
    // A base provider's chain is nobody's to fill in.
    chain: chainLength < 2 ? [] : Array.from({ length: chainLength }, (_, i) => dword(at.chain + 4 * i)),
    version: int(at.version),
    addressFamily: flags.named(family, flags.ADDRESS_FAMILIES),
    socketType: flags.named(int(at.socketType), flags.SOCKET_TYPES),
    protocol: flags.namedProtocol(family, int(at.protocol)),
    protocolMaxOffset: int(at.protocolMaxOffset),
    minSocketAddress: int(at.minSocketAddress),
    maxSocketAddress: int(at.maxSocketAddress),
    byteOrder: flags.named(int(at.byteOrder), flags.BYTE_ORDERS),
    securityScheme: flags.named(int(at.securityScheme), flags.SECURITY_SCHEMES),
    messageSize,
    messageLimit: limitOf(messageSize),
    serviceFlags: flags.flagSet(dword(at.serviceFlags), flags.SERVICE_FLAGS),
    reservedServiceFlags: [
      dword(at.serviceFlags + 4),
      dword(at.serviceFlags + 8),
      dword(at.serviceFlags + 12),
    ],
    providerFlags: flags.flagSet(dword(at.providerFlags), flags.PROVIDER_FLAGS),
  };
}

/** BASE_PROTOCOL is 1, LAYERED_PROTOCOL 0 */
function kindOf(chainLength: number): EntryKind {
  if (chainLength === 0) return 'layered';
  return chainLength === 1 ? 'base' : 'chain';
}

function limitOf(messageSize: number): MessageLimit {
  if (messageSize === 0) return 'stream';
  if (messageSize === 1) return 'by-address';
  return messageSize === UNLIMITED ? 'unlimited' : 'bytes';
}

/**
 * @param address where the buffer lies: the entries point at their texts, which Windows puts behind them into the same buffer
 * @throws NativeError where the buffer cannot hold as many entries; a text that lies outside it is left empty
 */
export function decodeNameSpaces(
  bytes: Uint8Array,
  count: number,
  address: bigint,
  call: string,
): NameSpaceProvider[] {
  checkCount(bytes, count, NAMESPACE_INFO.size, call);
  const view = viewOf(bytes);
  return Array.from({ length: count }, (_, i) => {
    const start = i * NAMESPACE_INFO.size;
    const id = start + NAMESPACE_INFO.providerId;
    const text = view.getBigUint64(start + NAMESPACE_INFO.identifier, true) - address;
    return {
      // Behind the end there is nothing to read.
      name: text < 0n ? '' : decodeUtf16(bytes, Number(text), bytes.length),
      providerId: guid(bytes.subarray(id, id + 16)),
      nameSpace: flags.named(view.getUint32(start + NAMESPACE_INFO.nameSpace, true), flags.NAME_SPACES),
      active: view.getInt32(start + NAMESPACE_INFO.active, true) !== 0,
      version: view.getUint32(start + NAMESPACE_INFO.version, true),
    };
  });
}

/** @throws NativeError where the buffer is too small for a WSADATA */
export function decodeStartup(bytes: Uint8Array): NonNullable<Winsock['startup']> {
  checkCount(bytes, 1, WSADATA.size, 'WSAStartup');
  const view = viewOf(bytes);
  // The low byte is the major version.
  const version = (offset: number): string => `${view.getUint8(offset)}.${view.getUint8(offset + 1)}`;
  return {
    version: version(WSADATA.version),
    highVersion: version(WSADATA.highVersion),
    description: ansi(bytes.subarray(WSADATA.description, WSADATA.description + DESCRIPTION_LENGTH)),
    systemStatus: ansi(bytes.subarray(WSADATA.systemStatus, WSADATA.systemStatus + STATUS_LENGTH)),
  };
}

/** `{E70F1AA0-AB8B-11CF-8CA3-00805F48A192}` of the 16 bytes of a GUID (guiddef.h). */
export function guid(bytes: Uint8Array): string {
  const view = viewOf(bytes);
  const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
  const tail = Array.from(bytes.subarray(8, 16), (byte) => hex(byte, 2)).join('');
  const text = [
    hex(view.getUint32(0, true), 8),
    hex(view.getUint16(4, true), 4),
    hex(view.getUint16(6, true), 4),
    tail.slice(0, 4),
    tail.slice(4),
  ].join('-');
  return `{${text.toUpperCase()}}`;
}

/** Winsock's own texts are ASCII; what is not has no known code page. */
function ansi(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return Array.from(end < 0 ? bytes : bytes.subarray(0, end), (byte) =>
    byte < 0x80 ? String.fromCharCode(byte) : '?',
  ).join('');
}

/** `%SystemRoot%\system32\mswsock.dll` with its variables filled in, whatever their case; unknown ones stay as they are. */
export function expandVariables(text: string, environment: Readonly<NodeJS.ProcessEnv>): string {
  const values = new Map(Object.entries(environment).map(([name, value]) => [name.toLowerCase(), value]));
  return text.replace(/%([^%]+)%/g, (whole, name: string) => values.get(name.toLowerCase()) ?? whole);
}

function checkCount(bytes: Uint8Array, count: number, size: number, call: string): void {
  if (!Number.isInteger(count) || count < 0 || count * size > bytes.length)
    throw malformed(call, `Windows announced ${count} entries in ${bytes.length} bytes.`);
}

function malformed(call: string, explanation: string): NativeError {
  return new NativeError(call, 0, 'malformed', explanation);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
