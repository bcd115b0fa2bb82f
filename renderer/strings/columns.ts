import type { ColumnId } from '../../shared/columnIds';
import type { AddressClass } from '../../shared/rowFacts';
import type { ColumnPreset } from '../../shared/settings';
import type { Direction, Owner } from '../../shared/socket';

/** What a column is called in its header, and what it says, where that is not plain. */
const columns: Record<ColumnId, readonly [title: string, about: string]> = {
  processName: ['Process', 'Name of the process that holds the socket'],
  pid: ['PID', 'Process ID'],
  user: ['User', 'Owner of the socket'],
  protocol: ['Protocol', 'Protocol and version of IP'],
  state: ['State', ''],
  direction: ['Direction', 'Listening, inbound, outbound, or between two programs of this machine'],
  localAddress: ['Local Address', ''],
  localPort: ['Local Port', ''],
  localPortName: ['Local Port Name', 'Service of the local port, by the system’s services file'],
  remoteAddress: ['Remote Address', ''],
  remotePort: ['Remote Port', ''],
  remotePortName: ['Remote Port Name', 'Service of the remote port, by the system’s services file'],
  remoteHost: ['Remote Host', 'Name of the remote address, where looking up names is on'],
  localClass: ['Local Class', 'Whether the local address is private, public, loopback, …'],
  remoteClass: ['Remote Class', 'Whether the remote address is private, public, loopback, …'],
  interface: ['Interface', 'Network interface of the local address'],
  namespace: ['Namespace', 'Network namespace; shown by itself while all of them are read'],
  createdAt: ['Create Time', 'When the socket was made, where the system tells it'],
  firstSeenAt: ['First Seen', 'When the socket was first seen here'],
  age: ['Age', 'Time since the socket was made or, where that is not told, first seen'],
  destroyedAt: ['Destroyed', 'When the kernel destroyed the socket'],
  segmentsSent: ['Sent Packets', 'TCP segments sent, those without data included'],
  segmentsReceived: ['Recv Packets', 'TCP segments received, those without data included'],
  bytesSent: ['Sent Bytes', ''],
  bytesReceived: ['Recv Bytes', 'Bytes received'],
  sendRate: ['Send Rate', 'Bytes per second, over the last reading'],
  receiveRate: ['Recv Rate', 'Bytes received per second, over the last reading'],
  sendQueue: ['Send Queue', 'Bytes not acknowledged yet; of a listener, the room of its backlog'],
  receiveQueue: ['Recv Queue', 'Bytes not read yet; of a listener, connections not accepted yet'],
  rtt: ['RTT', 'Round-trip time, smoothed'],
  retransmits: ['Retrans', 'Segments sent again'],
  moduleName: ['Module Name', 'File name of the program, or the service of a program that runs services'],
  processPath: ['Process Path', 'Path of the program'],
  description: ['Description', 'What the program’s file says that it is'],
  company: ['Company', 'Who made the program, as its file says'],
  product: ['Product', 'What the program is a part of, as its file says'],
  fileVersion: ['File Version', 'Version of the program’s file'],
  bits: ['Bits', 'Whether the program is a 32-bit or a 64-bit one'],
  session: ['Session', 'Terminal session of the process; 0 is that of services'],
  commandLine: ['Command Line', 'May hold secrets; shown by itself while command lines are read'],
  unit: ['Service', 'systemd unit or Windows services of the process'],
  container: ['Container', 'Container of the process'],
  parent: ['Parent', 'Name and process ID of the parent'],
  processStartedAt: ['Process Started', 'When the process was started'],
  owner: ['Owner', 'How surely the process is known'],
  holders: ['Holders', 'How many processes hold the socket'],
  type: ['Type', 'Stream, datagram, …'],
  inode: ['Inode', 'Number of the socket’s file'],
};

/** {@link OWNER_TITLES} in a sentence, for a tooltip. */
const owners: Record<Owner, string> = {
  known: '',
  presumed:
    'Born and gone between two readings: this is its listener’s process, which accepted it in all likelihood.',
  inherited: 'The last owner seen: the kernel no longer connects this socket with a process.',
  none: 'The kernel connects this socket with no process (any more).',
  unaccepted: 'Connected, but its listener has not accepted it yet.',
  hidden: 'A process holds this socket, but you may not see which. Run SocketScope as root or administrator.',
  unfound: 'No visible process holds it: the kernel itself, another container’s process, or one in flight.',
};

const ownerKinds: Record<Owner, string> = {
  known: 'Known',
  inherited: 'Last seen',
  presumed: 'Presumed',
  none: 'No owner',
  unaccepted: 'Not accepted yet',
  hidden: 'Hidden',
  unfound: 'Not found',
};

const directions: Record<Direction, string> = {
  listen: 'Listen',
  inbound: 'Inbound',
  outbound: 'Outbound',
  local: 'Local',
};

const classes: Record<AddressClass, string> = {
  loopback: 'Loopback',
  private: 'Private',
  'link-local': 'Link-local',
  public: 'Public',
  multicast: 'Multicast',
  wildcard: 'Any',
};

const presets: Record<ColumnPreset | 'default', string> = {
  default: 'Default',
  tcpview: 'TCPView',
  listeners: 'Listeners',
  traffic: 'Traffic',
  everything: 'Everything',
};

/** Texts of the page: columns. */
export const columnsStrings = {
  columns,
  owners,
  ownerKinds,
  directions,
  classes,
  presets,
  sortBy: (title: string, about: string) => `Sort by ${title}${about === '' ? '' : `\n${about}`}`,
  holders: (count: number) => `${count} processes hold this socket; its properties list them.`,
  servesBoth: 'Serves IPv4 as well.',
  servesIPv6: 'Serves IPv6 only.',
  destroyed: (time: string) => `The kernel destroyed the socket at ${time}.`,
  port: (number: string) => `Port ${number}`,
  watched: 'This system counts it only of the rows on screen, from when they are first there.',
  uncounted: 'This system does not count it.',
  width: (bits: number) => `${bits}-bit`,
  atLeast: 'At least: the system does not tell when it was made.',

  menu: 'Column',
  sortUp: 'Sort Ascending',
  sortDown: 'Sort Descending',
  hide: 'Hide Column',
  pin: 'Pin to the Left',
  unpin: 'Unpin',
  fit: 'Fit Width',
  fitAll: 'Fit All Widths',
  choose: 'Choose Columns…',
  reset: 'Reset Columns',
  presetsTitle: 'Columns',

  dialog: 'Columns',
  dialogHint: 'Drag to reorder, or press Alt+↑ and Alt+↓.',
  find: 'Find a column',
  nothingFound: 'No column is called that.',
  order: 'Columns in their order',
  pinned: (title: string) => `Pin ${title} to the left`,
  grip: 'Drag to reorder',
  done: 'Done',
  moved: (title: string, position: number, count: number) => `${title}: column ${position} of ${count}`,
  resized: (title: string, width: number) => `${title}: ${width} pixels wide`,
} as const;
