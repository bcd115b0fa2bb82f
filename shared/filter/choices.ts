/** The fields whose values are few, and those values. */
import { ADDRESS_CLASSES, addressClass, DIRECTIONS, isLoopbackAddress } from '../rowFacts';
import type { AddressClass, LiveRow } from '../rowFacts';
import { OWNER_TITLES, OWNERS, PROTOCOLS, protocolTitle, SOCKET_STATES, SOCKET_TYPES } from '../socket';
import { stateTitle, tableOf, TABLES, tableTitle } from '../socket';
import type { SocketState } from '../socket';
import type { Choice } from './fieldTypes';

function choice(
  name: string,
  test: (row: LiveRow) => boolean,
  rest: Partial<Omit<Choice, 'name' | 'test'>> = {},
): Choice {
  return { name, test, aliases: [], titles: [name], description: '', ...rest };
}

const lower = (text: string): string => text.toLowerCase();

/** `tcp` is both versions, `tcp4` one; protocols without versions are their own table. */
export const PROTOCOL_CHOICES: readonly Choice[] = [
  ...PROTOCOLS.map((protocol) => {
    const title = protocolTitle(protocol);
    const titles = [`${title} v4`, `${title} v6`, title].map(lower);
    return choice(protocol, (row) => row.protocol === protocol, { titles, description: title });
  }),
  ...TABLES.filter((table) => /\d$/.test(table)).map((table) => {
    const title = tableTitle(table);
    const family = table.endsWith('4') ? 4 : 6;
    const protocol = table.slice(0, -1);
    return choice(table, (row) => row.family === family && tableOf(row.protocol, row.family) === table, {
      titles: [lower(title), table],
      aliases: [`${protocol}v${family}`],
      description: title,
    });
  }),
];

export const FAMILY_CHOICES: readonly Choice[] = [
  choice('4', (row) => row.family === 4, { aliases: ['v4', 'ipv4', 'inet'], description: 'IPv4' }),
  choice('6', (row) => row.family === 6, { aliases: ['v6', 'ipv6', 'inet6'], description: 'IPv6' }),
];

/** Besides their own names, as `ss`, TCPView and Windows call them. */
const STATE_ALIASES: Partial<Record<SocketState, readonly string[]>> = {
  ESTABLISHED: ['estab'],
  SYN_RECV: ['syn_received', 'syn_rcvd'],
  LISTEN: ['listening', 'listener'],
  CLOSE: ['closed', 'unconn'],
};

export const STATE_CHOICES: readonly Choice[] = SOCKET_STATES.map((state) =>
  choice(lower(state), (row) => row.state === state, {
    aliases: STATE_ALIASES[state] ?? [],
    titles: [lower(stateTitle(state)), lower(state)],
    description: stateTitle(state),
  }),
);

const CLASS_TEXTS: Record<AddressClass, string> = {
  loopback: 'This machine: 127.0.0.0/8, ::1',
  private: 'A local network: 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, fc00::/7, …',
  'link-local': 'This link: 169.254.0.0/16, fe80::/10',
  public: 'The internet',
  multicast: 'Several receivers, or all',
  wildcard: 'Any address of this machine: 0.0.0.0, ::',
};

/** Classes are asked of every row, and addresses come again. */
const classes = new Map<string, AddressClass | null>();
const MOST_CLASSES = 200_000;

function classOf(address: string | null): AddressClass | null {
  if (address === null) return null;
  let found = classes.get(address);
  if (found === undefined) {
    found = addressClass(address);
    if (classes.size >= MOST_CLASSES) classes.clear();
    classes.set(address, found);
  }
  return found;
}

type End = 'localAddress' | 'remoteAddress';

export function classChoices(...ends: End[]): readonly Choice[] {
  return ADDRESS_CLASSES.map((name) =>
    choice(name, (row) => ends.some((end) => classOf(row[end]) === name), {
      description: CLASS_TEXTS[name],
    }),
  );
}

export function hasClass(...ends: End[]): (row: LiveRow) => boolean {
  return (row) => ends.some((end) => classOf(row[end]) !== null);
}

export const DIRECTION_CHOICES: readonly Choice[] = DIRECTIONS.map((name) =>
  choice(name, (row) => row.direction === name, {
    aliases: { listen: ['listening'], inbound: ['in', 'incoming'], outbound: ['out', 'outgoing'], local: [] }[
      name
    ],
    description: {
      listen: 'Waits for connections',
      inbound: 'The other side connected',
      outbound: 'This machine connected',
      local: 'Both ends are on this machine',
    }[name],
  }),
);

export const OWNER_CHOICES: readonly Choice[] = OWNERS.map((owner) =>
  choice(owner, (row) => row.owner === owner, {
    titles: OWNER_TITLES[owner] === '' ? [] : [OWNER_TITLES[owner]],
    description: {
      known: 'A process holds the socket',
      inherited: 'The last owner seen; the kernel names none any more',
      presumed: 'In all likelihood the listener’s process',
      none: 'The kernel has no owner for it',
      unaccepted: 'Not accepted by its listener yet',
      hidden: 'You may not see who holds it',
      unfound: 'No visible process holds it',
    }[owner],
  }),
);

export const TYPE_CHOICES: readonly Choice[] = SOCKET_TYPES.filter((type) => type !== null).map((type) =>
  choice(type, (row) => row.type === type, { aliases: type === 'dgram' ? ['datagram'] : [] }),
);

export const DUAL_STACK_CHOICES: readonly Choice[] = [
  choice('yes', (row) => row.dualStack === true, {
    aliases: ['true', 'on'],
    description: 'Serves IPv4 as well',
  }),
  choice('no', (row) => row.dualStack === false, { aliases: ['false', 'off'], description: 'IPv6 only' }),
];

const CLOSING: ReadonlySet<SocketState | null> = new Set<SocketState>([
  ...(['FIN_WAIT_1', 'FIN_WAIT_2', 'TIME_WAIT', 'CLOSE_WAIT', 'LAST_ACK', 'CLOSING', 'DELETE_TCB'] as const),
  ...(['SHUTDOWN_PENDING', 'SHUTDOWN_SENT', 'SHUTDOWN_RECEIVED', 'SHUTDOWN_ACK_SENT'] as const),
]);

const isListening = (row: LiveRow): boolean => row.state === 'LISTEN' || row.direction === 'listen';
const isLoopback = (row: LiveRow): boolean =>
  isLoopbackAddress(row.localAddress) || isLoopbackAddress(row.remoteAddress);

export const IS_CHOICES: readonly Choice[] = [
  choice('listening', isListening, { aliases: ['listen', 'listener'], description: 'Waits for connections' }),
  choice('connected', (row) => row.remoteAddress !== null && !CLOSING.has(row.state), {
    description: 'Has a peer, and is not being closed',
  }),
  choice('unconnected', (row) => row.remoteAddress === null && !isListening(row), {
    description: 'Has no peer and waits for none',
  }),
  choice('closing', (row) => CLOSING.has(row.state), {
    description: 'On its way out: TIME_WAIT and the like',
  }),
  choice('loopback', isLoopback, { description: 'Within this machine: 127.0.0.0/8, ::1' }),
  choice('ended', (row) => row.destroyedAt !== null, { description: 'The system has destroyed it' }),
  choice('shared', (row) => row.holders > 1, { description: 'Several processes hold it' }),
  choice('inherited', (row) => row.owner === 'inherited', { description: 'Its owner is the last one seen' }),
  choice('contained', (row) => row.container !== null, {
    aliases: ['container'],
    description: 'Its process runs in a container',
  }),
  choice('retransmitting', (row) => (row.retransmits ?? 0) > 0, {
    description: 'Had to send something again',
    usesTraffic: true,
  }),
  choice('moving', (row) => (row.sendRate ?? 0) + (row.receiveRate ?? 0) > 0, {
    aliases: ['active'],
    description: 'Carried data since the last reading',
    usesTraffic: true,
  }),
];
