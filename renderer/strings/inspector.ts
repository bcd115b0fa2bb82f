import type { Direction } from '../../shared/socket';

const count = new Intl.NumberFormat('en-US');
const plural = (n: number, one: string, more: string): string => `${count.format(n)} ${n === 1 ? one : more}`;

/** Texts of the page: the inspector, which users know as the properties of a socket. */
export const inspectorStrings = {
  title: 'Properties',
  close: 'Close properties',
  ended: 'This socket has ended',
  nothingKnown: 'Nothing more is known of it.',
  asking: 'Asking the system…',
  unknown: 'unknown',
  noState: 'no state',

  tabs: {
    overview: 'Overview',
    charts: 'Charts',
    timeline: 'Timeline',
    process: 'Same process',
    peer: 'Peer',
  },
  tabList: 'Parts of the properties',
  resize: 'Size of the properties',
  dockRight: 'Show beside the grid',
  dockBelow: 'Show below the grid',

  copy: (title: string) => `Copy ${title}`,
  copyAll: 'Copy all',
  copyAllHint: 'Copy all facts as text',
  copyJson: 'JSON',
  copyJsonHint: 'Copy everything as JSON',
  copied: 'Copied',

  /** Titles of what the table tells of every socket. */
  socket: 'Socket',
  owner: 'Process',
  facts: {
    protocol: 'Protocol',
    state: 'State',
    localAddress: 'Local',
    remoteAddress: 'Remote',
    remoteClass: 'Remote is',
    direction: 'Direction',
    interface: 'Interface',
    namespace: 'Network namespace',
    dualStack: 'Serves IPv4 too',
    user: 'User',
    ownership: 'Owner',
    holders: 'Processes that hold it',
    createdAt: 'Created',
    firstSeenAt: 'First seen',
    destroyedAt: 'Destroyed',
    bytesSent: 'Sent',
    bytesReceived: 'Received',
    receiveQueue: 'Receive queue',
    sendQueue: 'Send queue',
    backlogWaiting: 'Waiting to be accepted',
    backlogLimit: 'May wait',
    rtt: 'Round trip',
    retransmits: 'Retransmitted',
    segmentsSent: 'Packets sent',
    segmentsReceived: 'Packets received',
    inode: 'Inode',
    pid: 'PID',
    name: 'Name',
    path: 'Path',
    startedAt: 'Started',
    unit: 'Unit',
    service: 'Service',
    container: 'Container',
    parentName: 'Parent',
    commandLine: 'Command line',
  },
  directions: {
    listen: 'listens',
    inbound: 'inbound',
    outbound: 'outbound',
    local: 'within this machine',
  } satisfies Record<Direction, string>,

  charts: {
    traffic: 'Traffic',
    received: 'Received',
    sent: 'Sent',
    rtt: 'Round trip',
    queues: 'Queues',
    receiveQueue: 'Receive queue',
    sendQueue: 'Send queue',
    backlog: 'Accept queue',
    waiting: 'Waiting',
    limit: 'May wait',
    none: 'The system does not tell this of such a socket.',
    waitingForValues: 'The first values come with the next readings.',
    /** The chart in words */
    summary: (title: string, values: readonly string[]) => `${title}, latest values: ${values.join(', ')}`,
    value: (label: string, text: string) => `${label} ${text}`,
  },

  timeline: {
    created: 'Created',
    seen: 'First seen by a reading',
    watched: (state: string) => `Opened here for the first time: ${state}`,
    state: (from: string, to: string) => `${from} → ${to}`,
    owner: (name: string) => `Now held by ${name}`,
    nobody: 'no known process',
    destroyed: 'Destroyed, as the system told',
    ended: 'Ended: no longer there at this reading',
    after: (duration: string) => `after ${duration}`,
    sinceChange: (state: string, duration: string) => `${state} for ${duration}.`,
    sinceWatched: (state: string, duration: string) => `${state} for at least ${duration}.`,
    note: (time: string) =>
      `Changes are noted from ${time} on, when this socket was first opened here. What came and went between two readings is not seen.`,
  },

  process: {
    none: 'No process is known to hold this socket.',
    alone: (name: string) => `${name} has no other socket here.`,
    others: (n: number, name: string) => `${plural(n, 'other socket', 'other sockets')} of ${name}`,
    more: (n: number) => `and ${count.format(n)} more`,
  },

  peer: {
    /** Above the titles of the lines; for screen readers */
    what: 'Property',
    thisSocket: 'This socket',
    peer: 'Peer',
    jump: 'Jump to peer',
    listens: 'A listening socket has no peer: its connections have one each.',
    unconnected: 'This socket is not connected to another.',
    elsewhere:
      'The other end is not among the sockets that are read: it is on another machine, of a kind that is switched off, or cannot be told from others.',
    jumpHint: 'Select the other end in the grid',
  },

  hasGone: 'That socket has ended.',
  isHidden:
    'That socket is not among the rows on screen: the filter or a folded group hides it. Its properties are open.',
} as const;
