/** Windows' catalogue of protocols and providers (Winsock 2), as the product shows it: names beside every number. */

/** A number of the SDK with its name there, e.g. `{value: 2, name: 'AF_INET'}`; null where the SDK has none. */
export interface NamedNumber {
  value: number;
  name: string | null;
}

/** A set of bits. `unknown` is what of it has no name. */
export interface FlagSet {
  value: number;
  names: string[];
  unknown: number;
}

/**
 * What an entry is by the length of its protocol chain: 0 is a layered provider that sockets cannot be made of by itself, 1 a
 * base provider, more a chain of layered ones above a base provider.
 */
export type EntryKind = 'layered' | 'base' | 'chain';

/**
 * What dwMessageSize says: a stream without messages (0), messages as large as the socket's local address allows (1), messages of
 * any size (0xFFFFFFFF), or messages of at most so many bytes.
 */
export type MessageLimit = 'stream' | 'by-address' | 'unlimited' | 'bytes';

/** One WSAPROTOCOL_INFOW */
export interface WinsockProtocol {
  name: string;
  kind: EntryKind;
  catalogEntryId: number;
  /** `{E70F1AA0-AB8B-11CF-8CA3-00805F48A192}` */
  providerId: string;
  /** Where the provider's DLL lies, with its variables (`%SystemRoot%`) filled in; null where Windows does not say */
  providerPath: string | null;
  /** Catalogue entry ids, the topmost first; of a base provider none */
  chain: number[];
  /** The provider's own number for its protocol's version */
  version: number;
  addressFamily: NamedNumber;
  socketType: NamedNumber;
  protocol: NamedNumber;
  /** The entry stands for the protocols `protocol` to `protocol` + this. */
  protocolMaxOffset: number;
  /** Bytes */
  minSocketAddress: number;
  /** Bytes */
  maxSocketAddress: number;
  byteOrder: NamedNumber;
  securityScheme: NamedNumber;
  messageSize: number;
  messageLimit: MessageLimit;
  /** dwServiceFlags1 */
  serviceFlags: FlagSet;
  /** dwServiceFlags2 to 4: reserved, so these are 0 */
  reservedServiceFlags: [number, number, number];
  providerFlags: FlagSet;
  /** Among what WSAEnumProtocolsW shows to programs: entries that are hidden, or layered only, are not. Null of the other catalogue */
  visible: boolean | null;
}

/** One WSANAMESPACE_INFOW: who answers questions for names */
export interface NameSpaceProvider {
  name: string;
  providerId: string;
  nameSpace: NamedNumber;
  active: boolean;
  version: number;
}

/** 64-bit Windows keeps one catalogue for programs of each width. */
export interface WinsockCatalogue {
  bits: 32 | 64;
  protocols: WinsockProtocol[];
  nameSpaces: NameSpaceProvider[];
}

/** socket(addressFamily, socketType, protocol) that the machine supports, by the visible entries */
export interface SocketChoice {
  addressFamily: NamedNumber;
  socketType: NamedNumber;
  /** The first of them; 0 where the entry also serves those who name no protocol */
  protocol: NamedNumber;
  /** The last of them: equal to the first, but for entries that serve a range */
  lastProtocol: number;
  catalogEntryId: number;
}

export interface Winsock {
  /** What WSAStartup says when version 2.2 is asked for */
  startup: { version: string; highVersion: string; description: string; systemStatus: string } | null;
  catalogues: WinsockCatalogue[];
  sockets: SocketChoice[];
  /** Sentences: what could not be read */
  problems: string[];
}

/** What each XP1_ flag means (learn.microsoft.com, WSAPROTOCOL_INFOW). */
const SERVICE_FLAG_TEXTS: Readonly<Record<string, string>> = {
  XP1_CONNECTIONLESS: 'connectionless',
  XP1_GUARANTEED_DELIVERY: 'guaranteed delivery',
  XP1_GUARANTEED_ORDER: 'guaranteed order',
  XP1_MESSAGE_ORIENTED: 'message-oriented',
  XP1_PSEUDO_STREAM: 'messages read as a stream',
  XP1_GRACEFUL_CLOSE: 'graceful close',
  XP1_EXPEDITED_DATA: 'urgent data',
  XP1_CONNECT_DATA: 'data with connect',
  XP1_DISCONNECT_DATA: 'data with disconnect',
  XP1_SUPPORT_BROADCAST: 'broadcast',
  XP1_SUPPORT_MULTIPOINT: 'multicast',
  XP1_MULTIPOINT_CONTROL_PLANE: 'rooted multicast control plane',
  XP1_MULTIPOINT_DATA_PLANE: 'rooted multicast data plane',
  XP1_QOS_SUPPORTED: 'quality of service',
  XP1_INTERRUPT: 'interrupt (reserved)',
  XP1_UNI_SEND: 'sends only',
  XP1_UNI_RECV: 'receives only',
  XP1_IFS_HANDLES: 'handles of the file system',
  XP1_PARTIAL_MESSAGE: 'partial messages',
  XP1_SAN_SUPPORT_SDP: 'SAN sockets (SDP)',
  PFL_MULTIPLE_PROTO_ENTRIES: 'one of several entries',
  PFL_RECOMMENDED_PROTO_ENTRY: 'recommended entry',
  PFL_HIDDEN: 'hidden',
  PFL_MATCHES_PROTOCOL_ZERO: 'also without a protocol named',
  PFL_NETWORKDIRECT_PROVIDER: 'NetworkDirect',
};

/** `connectionless, message-oriented`; bits without a name follow in hexadecimal; `none` where there are none. */
export function flagsText({ names, unknown }: FlagSet): string {
  const texts = names.map((name) => SERVICE_FLAG_TEXTS[name] ?? name);
  if (unknown !== 0) texts.push(`0x${unknown.toString(16)}`);
  return texts.length === 0 ? 'none' : texts.join(', ');
}

/** `AF_INET (2)`, or the number alone */
export function namedText({ value, name }: NamedNumber): string {
  return name === null ? String(value) : `${name} (${value})`;
}

export function messageLimitText({ messageLimit, messageSize }: WinsockProtocol): string {
  switch (messageLimit) {
    case 'stream':
      return 'a stream, no messages';
    case 'by-address':
      return 'as large as the local address allows (SO_MAX_MSG_SIZE)';
    case 'unlimited':
      return 'unlimited';
    case 'bytes':
      return `${messageSize.toLocaleString('en-US')} bytes`;
  }
}

/** Entries that sockets are made of, one for each protocol or range of protocols. */
export function socketChoices(catalogue: WinsockCatalogue): SocketChoice[] {
  return catalogue.protocols
    .filter(({ kind, visible }) => kind !== 'layered' && visible !== false)
    .flatMap((entry) => {
      const { addressFamily, socketType, protocol, protocolMaxOffset, catalogEntryId } = entry;
      const choice = { addressFamily, socketType, catalogEntryId };
      const named = { ...choice, protocol, lastProtocol: protocol.value + protocolMaxOffset };
      const zero = entry.providerFlags.names.includes('PFL_MATCHES_PROTOCOL_ZERO');
      return zero && protocol.value !== 0
        ? [{ ...choice, protocol: { value: 0, name: null }, lastProtocol: 0 }, named]
        : [named];
    })
    .sort(
      (a, b) =>
        a.addressFamily.value - b.addressFamily.value ||
        a.socketType.value - b.socketType.value ||
        a.protocol.value - b.protocol.value ||
        a.catalogEntryId - b.catalogEntryId,
    );
}
