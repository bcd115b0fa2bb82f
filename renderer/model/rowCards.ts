/** Everything known of a socket as cards: what its row tells, its processes, and what the system answered. */
import type { Traffic } from '../../shared/abilities';
import { formatEndpoint } from '../../shared/address';
import { fact, group, holderGroup, isSystemd, programFacts } from '../../shared/details';
import type { Fact, FactGroup, SocketDetails } from '../../shared/details';
import { factText } from '../../shared/factText';
import { exportSocket } from '../../shared/fields';
import { addressClass } from '../../shared/rowFacts';
import { socketLabel } from '../../shared/labels';
import { stateTitle, tableOf, tableTitle } from '../../shared/socket';
import type { SocketRow } from '../../shared/socket';
import { t } from '../strings';
import { OWNER_EXPLANATION } from './columns';

/** The processes first, then the socket as the table has it, then the answer; null: not answered yet. */
export function cardsOf(row: SocketRow, details: SocketDetails | null, traffic?: Traffic): FactGroup[] {
  const holders = details?.holders ?? [];
  const groups = details?.groups ?? [];
  // What the system answers of the traffic says why there is none.
  const isSaid = groups.some(({ name }) => name === 'traffic');
  return [
    ...(holders.length === 0
      ? ownerCard(row)
      : holders.map((holder, i) => completed(holderGroup(holder, i + 1, holders.length), row))),
    ...socketCard(
      row,
      new Set(groups.flatMap(({ facts }) => facts.map(({ name }) => name))),
      isSaid ? undefined : traffic,
    ),
    ...groups,
  ];
}

/** As people paste it into a mail. */
export function cardText({ title, facts, note }: FactGroup): string {
  const lines = facts.map((one) => `${one.title}: ${factText(one)}`);
  return [title, ...(note === null ? [] : [note]), ...lines].join('\n');
}

export function allText(row: SocketRow, cards: readonly FactGroup[]): string {
  return `${[socketLabel(row), ...cards.map(cardText)].join('\n\n')}\n`;
}

/** As programs read it: the row under its names in an export, and the answer as it came. */
export function allJson(row: SocketRow, details: SocketDetails | null): string {
  return `${JSON.stringify({ ...exportSocket(row), details }, null, 2)}\n`;
}

/** What is in the row, but not in the answer. */
function socketCard(row: SocketRow, told: ReadonlySet<string>, traffic: Traffic | undefined): FactGroup[] {
  const { facts: titles } = t.inspector;
  const listens = row.state === 'LISTEN';
  const queueUnit = listens ? 'count' : 'bytes';
  const [receive, send] = listens
    ? (['backlogWaiting', 'backlogLimit'] as const)
    : (['receiveQueue', 'sendQueue'] as const);
  const remote = row.remoteAddress === null ? null : formatEndpoint(row.remoteAddress, row.remotePort);
  const facts: Fact[] = [
    ...fact('protocol', titles.protocol, tableTitle(tableOf(row.protocol, row.family))),
    ...fact('state', titles.state, row.state === null ? null : stateTitle(row.state)),
    ...fact('localAddress', titles.localAddress, formatEndpoint(row.localAddress, row.localPort)),
    ...fact('remoteAddress', titles.remoteAddress, remote),
    ...fact('remoteClass', titles.remoteClass, addressClass(row.remoteAddress)),
    ...fact('direction', titles.direction, row.direction && t.inspector.directions[row.direction]),
    ...fact('dualStack', titles.dualStack, row.dualStack),
    ...fact('interface', titles.interface, row.interface),
    ...fact('namespace', titles.namespace, row.namespace),
    ...fact('user', titles.user, row.user ?? row.uid),
    ...fact('holders', titles.holders, row.holders > 1 ? row.holders : null, 'count'),
    ...fact('createdAt', titles.createdAt, row.createdAt, 'time'),
    ...fact('firstSeenAt', titles.firstSeenAt, row.firstSeenAt, 'time'),
    ...fact('destroyedAt', titles.destroyedAt, row.destroyedAt, 'time'),
    ...fact('bytesSent', titles.bytesSent, row.bytesSent, 'bytes'),
    ...fact('bytesReceived', titles.bytesReceived, row.bytesReceived, 'bytes'),
    ...fact('segmentsSent', titles.segmentsSent, row.segmentsSent, 'count'),
    ...fact('segmentsReceived', titles.segmentsReceived, row.segmentsReceived, 'count'),
    ...fact(receive, titles[receive], row.receiveQueue, queueUnit),
    ...fact(send, titles[send], row.sendQueue, queueUnit),
    ...fact('rtt', titles.rtt, row.rtt, 'ms'),
    ...fact('retransmits', titles.retransmits, row.retransmits, 'count'),
    ...fact('inode', titles.inode, row.inode),
  ];
  return group(
    'socket',
    t.inspector.socket,
    facts.filter(({ name }) => !told.has(name)),
    uncounted(row, traffic),
  );
}

/** Why nothing is said of what a connection has carried; null where it is, or where there is nothing to carry. */
function uncounted({ protocol, remoteAddress }: SocketRow, traffic: Traffic | undefined): string | null {
  if (protocol !== 'tcp' || remoteAddress === null || traffic?.counted !== 'never') return null;
  return traffic.why ?? t.columns.uncounted;
}

/** The process as the row has it, where no holder is known (any more), and why. */
function ownerCard(row: SocketRow): FactGroup[] {
  const { facts: titles } = t.inspector;
  return group(
    'owner',
    t.inspector.owner,
    [
      ...fact('name', titles.name, row.processName),
      ...fact('pid', titles.pid, row.pid),
      ...fact('path', titles.path, row.processPath),
      ...fact('parentName', titles.parentName, row.parentName),
      ...fact('unit', row.unit !== null && isSystemd(row.unit) ? titles.unit : titles.service, row.unit),
      ...fact('container', titles.container, row.container),
      ...programFacts(row.program),
      ...fact('startedAt', titles.startedAt, row.processStartedAt, 'time'),
      ...fact('commandLine', titles.commandLine, row.commandLine),
    ],
    OWNER_EXPLANATION[row.owner] || null,
  );
}

/** The row knows more of its own process: its parent's name, and its command line where that is asked for. */
function completed(card: FactGroup, row: SocketRow): FactGroup {
  const isOwn = card.facts.some(({ name, value }) => name === 'pid' && value === row.pid);
  if (!isOwn) return card;
  const { facts: titles } = t.inspector;
  const more = [
    ...fact('parentName', titles.parentName, row.parentName),
    ...fact('commandLine', titles.commandLine, row.commandLine),
  ].filter(({ name }) => card.facts.every((known) => known.name !== name));
  return { ...card, facts: [...card.facts, ...more] };
}
