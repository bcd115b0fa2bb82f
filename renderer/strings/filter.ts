/** Texts of the toolbar, the filter, the status bar, and the menu of the rows. */
import type { MainTable } from '../../shared/socket';
import type { Hidable } from '../model/filter';
import type { TermField } from '../model/rowTerms';
import type { View } from '../model/uiStore';

const viewTitles: Record<View, string> = {
  flat: 'Flat list',
  process: 'By process',
  host: 'By remote host',
  service: 'By service',
  listeners: 'Listeners’ tree',
};

const hide: Record<Hidable, string> = {
  loopback: 'Hide loopback',
  listeners: 'Hide listeners',
  unconnected: 'Hide unconnected',
};

const hideHint: Record<Hidable, string> = {
  loopback: 'Both sides are on this machine, over 127.0.0.1 or ::1',
  listeners: 'Sockets that wait for connections',
  unconnected: 'Sockets without a remote side: listeners, and UDP that anybody may send to',
};

const hidden: Record<Hidable, string> = {
  loopback: 'No loopback',
  listeners: 'No listeners',
  unconnected: 'No unconnected',
};

/** What a row can be filtered by from its menu. */
const things: Record<TermField, string> = {
  process: 'process',
  pid: 'PID',
  user: 'user',
  protocol: 'protocol',
  state: 'state',
  direction: 'direction',
  local: 'local address',
  localport: 'local port',
  remote: 'remote',
  remoteport: 'remote port',
  port: 'port',
  service: 'service',
  host: 'host',
  localclass: 'local class',
  remoteclass: 'remote class',
  interface: 'interface',
  namespace: 'namespace',
  path: 'path',
  unit: 'unit',
  container: 'container',
  parent: 'parent',
  owner: 'owner',
  type: 'type',
  command: 'command line',
  inode: 'inode',
};

export const filterStrings = {
  toolbar: {
    name: 'Sockets',
    pause: 'Pause',
    pauseTitle: 'Stop updating (Ctrl+P)',
    resume: 'Resume',
    resumeTitle: 'Go on updating (Ctrl+P)',
    refresh: 'Refresh',
    refreshTitle: 'Read the tables now (F5)',
    protocols: 'Protocols shown',
    tableTitle: (name: string, on: boolean) => `${on ? 'Hide' : 'Show'} ${name} sockets`,
    states: 'States',
    statesTitle: 'Choose which states are shown; hide loopback, listeners, unconnected',
    hideHeading: 'Hide',
    statesHeading: 'States shown',
    showAllStates: 'Show all of them',
    hide,
    hideHint,
    more: (count: number) => (count > 0 ? `More (${count})` : 'More'),
    moreTitle: 'Show other kinds of sockets',
    moreName: 'Other sockets',
    view: 'View',
    viewTitle: (view: View) => `View: ${viewTitles[view]}`,
    viewHeading: 'Gather the rows',
    viewTitles,
    keepStill: 'Keep still',
    keepStillTitle: 'Nothing changes its place; new rows come at the end',
    names: 'Look up host names',
    namesTitle:
      'Look up the names of hosts. A look-up tells the name servers, and so the other side, who asks.',
    portNames: 'Port names',
    portNamesTitle: 'Show ports by the name of their service, 443 as https',
    columns: 'Columns',
    columnsTitle: 'Choose the columns',
    columnsMenu: 'Columns…',
    settingsMenu: 'Settings…',
    shortcutsMenu: 'Keyboard shortcuts…',
    exportCsv: 'Export CSV',
    exportTitle: 'Save the rows shown as CSV (Ctrl+S)',
  },
  box: {
    name: 'Search',
    placeholder: 'Filter: nginx  port:443  -state:listen',
    clear: 'Clear the filter',
    help: 'How to filter',
    suggestions: 'Suggestions',
    keys: 'Tab takes a suggestion, Esc puts them away',
    currPorts: 'Understood as CurrPorts’ filter:',
    convert: 'Convert',
    convertTitle: 'Put it in this program’s words',
  },
  help: {
    name: 'How to filter',
    intro:
      'Words are looked for in everything that a row shows. Terms stand for more, and all of them must hold.',
    fields: 'Fields',
    try: 'Add it to the filter',
    /** What the examples show, one by one (view/filter/FilterHelp.tsx) */
    examples: [
      'both words, anywhere',
      'a field and its value',
      'one of several',
      'a range',
      'a network',
      'more, less: > >= < <=',
      'not',
      'either',
      'with blanks',
      'anything in place of *',
      'a regular expression',
    ],
  },
  bar: {
    name: 'Active filter',
    shown: (shown: string, total: string) => `${shown} of ${total} shown`,
    text: (text: string) => `Filter: ${text}`,
    table: (_table: MainTable, name: string) => `No ${name}`,
    hidden,
    state: (name: string) => `No ${name}`,
    states: (count: number) => `${count} states hidden`,
    remove: (what: string) => `Take away: ${what}`,
    clear: 'Clear all',
    clearTitle: 'Show every row (Ctrl+Shift+L)',
  },
  saved: {
    open: 'Saved filters',
    heading: 'Saved filters',
    empty: 'None yet. A filter that is kept under a name is there in the next run, too.',
    apply: (name: string) => `Apply ${name}`,
    rename: (name: string) => `Rename ${name}`,
    renameTitle: 'Rename (F2)',
    delete: (name: string) => `Delete ${name}`,
    deleteTitle: 'Delete (Del)',
    newName: 'Name for the present filter',
    save: 'Save',
    replace: 'Replace',
    nothing: 'Type a filter first, then keep it here',
  },
  status: {
    name: 'Status',
    endpoints: 'Endpoints',
    endpointsTitle: 'All sockets that are read',
    counted: {
      established: 'Established',
      listen: 'Listening',
      time_wait: 'Time Wait',
      close_wait: 'Close Wait',
    },
    countedTitle: (name: string, on: boolean) =>
      on ? 'TCP only. Click to take the filter away' : `TCP only. Click to show ${name} only`,
    update: 'Update:',
    updateName: 'Update interval',
    seconds: (seconds: number) => `${seconds} sec`,
    paused: 'Paused',
    shown: 'Shown',
    selected: 'Selected',
    rates: 'Bytes per second, of the rows shown: sent, received',
    sent: 'Sent',
    received: 'Received',
    problems: (count: number) =>
      count === 1 ? 'One table cannot be read' : `${count} tables cannot be read`,
    lost: 'Not connected',
    owners: (count: number, shown: string) => `${shown} ${count === 1 ? 'owner' : 'owners'} hidden`,
    notRoot: 'not running as root',
    notRootAlone: 'Not running as root',
    sealed: 'Some processes may not be looked into, even with these privileges.',
    missed: (shown: string) => `${shown} missed`,
    missedTitle:
      'So many sockets ended faster than the kernel could tell: their last counters, and the shortest-lived of them, are not shown.',
    demo: (backend: string) => `Invented sockets: ${backend}`,
  },
  menu: {
    name: 'Selected sockets',
    only: 'Only',
    hide: 'Hide',
    thing: (field: TermField, value: string | null) =>
      value === null ? `without ${things[field]}` : `${things[field]} ${value}`,
    onlyThing: (field: TermField, value: string | null) =>
      value === null ? `Only without ${things[field]}` : `Only ${things[field]} ${value}`,
    hideThing: (field: TermField, value: string | null) =>
      value === null ? `Hide what is without ${things[field]}` : `Hide ${things[field]} ${value}`,
    copy: (count: number) => (count === 1 ? 'Copy row' : `Copy ${count} rows`),
    copyAs: 'Copy as',
    copyCell: 'Copy cell',
    formats: { csv: 'CSV', json: 'JSON', markdown: 'Markdown', ss: 'ss filter that finds it' },
    exportCsv: (count: number) => (count === 1 ? 'Export row to CSV…' : `Export ${count} rows to CSV…`),
    selectAll: 'Select all',
    clearFilter: 'Show everything again',
    properties: 'Properties…',
  },
} as const;
