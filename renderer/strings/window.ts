/** Texts of the page: the window, its notices, what stands where there are no rows, keys, and dialogs of the host. */
import type { ShortcutSection, SHORTCUTS } from '../../shared/shortcuts';

const count = new Intl.NumberFormat('en-US');

export const windowStrings = {
  title: (hostname: string | undefined) =>
    hostname === undefined ? 'SocketScope' : `SocketScope: ${hostname}`,
  cancel: 'Cancel',
  close: 'Close',
  dismiss: 'Dismiss',

  // What came of commands
  savedTo: (rows: number, file: string) => `${rows} ${rows === 1 ? 'socket' : 'sockets'} saved to ${file}`,
  copied: (rows: number) => `${count.format(rows)} ${rows === 1 ? 'row' : 'rows'} copied`,
  copiedCell: (text: string) => `Copied: ${text}`,
  copiedForSs: (found: number, left: number) => {
    const copied = `The ss command that finds ${found === 1 ? 'this socket' : `these ${count.format(found)} sockets`} is copied.`;
    return left === 0 ? copied : `${copied} ${leftOut(left)}`;
  },
  nothingForSs: (left: number) => `Nothing is copied. ${leftOut(left)}`,
  engineRestarted: 'The engine was restarted; the grid is up to date again.',

  // The wire
  hostOnlyShows: 'This host only shows. Start it with --allow-actions to act from here.',
  noToken:
    'This address lacks its token, or the token is not this host’s. Open the address that “socketscope serve” printed.',
  hostLost: 'The connection to SocketScope was lost; trying again.',
  answerLost: 'The connection was lost before the answer came. Look at the grid.',
  engineRestarting: 'The engine stopped and is being restarted.',
  lastSeen: 'What is shown is as it was last seen.',
  tableProblem: (since: string) => `cannot be read since ${since}; its rows are as they were last seen.`,
  paused: 'Updating is paused: what is shown is as it was then.',
  resume: 'Go on',

  // In the place of rows
  cannotShow: 'SocketScope cannot show anything',
  loading: 'Reading the sockets of this machine…',
  connecting: 'Connecting to the engine…',
  noSockets: 'No sockets',
  noSocketsWhy:
    'Not one of the sockets that are read is open on this machine. Others can be switched on under “More”.',
  readAgain: 'Read again',
  nothingMatches: 'Nothing matches',
  hiddenByFilter: (total: number, filter: string) => `${allOf(total)} hidden by the filter “${filter}”.`,
  hiddenByToggles: (total: number) => `${allOf(total)} hidden by the switches in the toolbar.`,
  showAll: 'Show all',
  pageFailed: 'This page has failed',
  pageFailedWhat: 'Nothing was closed or changed on this machine by it. Reload the page to go on.',
  reload: 'Reload',

  // Keys
  shortcuts: 'Keyboard shortcuts',
  shortcutSections: {
    sockets: 'Sockets',
    filter: 'Filter',
    view: 'View',
    rows: 'Rows',
    program: 'Program',
  } satisfies Record<ShortcutSection, string>,
  shortcutTitles: {
    'close-connection': 'Reset connection',
    'close-gracefully': 'Close gracefully',
    'end-process': 'End process',
    'action-log': 'Action log',
    details: 'Properties',
    menu: 'Menu of the row',
    copy: 'Copy the selected rows',
    'copy-cell': 'Copy the cell',
    'export-csv': 'Export as CSV',
    'export-selected': 'Export the selected rows',
    find: 'Go to the filter',
    'clear-filter': 'Clear the filter',
    pause: 'Pause and go on',
    refresh: 'Read now',
    'keep-still': 'Keep the list still',
    columns: 'Choose columns',
    'resolve-names': 'Look up host names',
    'port-names': 'Names of ports',
    'view-flat': 'All sockets',
    'view-process': 'By process',
    'view-host': 'By remote host',
    'view-service': 'By service',
    'view-listeners': 'Listeners with what they accepted',
    move: 'Row by row',
    'move-page': 'Page by page',
    'move-end': 'First and last row',
    extend: 'Extend the selection',
    'select-all': 'Select all',
    deselect: 'Select nothing',
    settings: 'Settings',
    shortcuts: 'This sheet',
  } as Partial<Record<(typeof SHORTCUTS)[number]['does'], string>>,
  keyNames: {
    ArrowUp: '↑',
    ArrowDown: '↓',
    PageUp: 'Page Up',
    PageDown: 'Page Down',
    ContextMenu: 'Menu',
    Escape: 'Esc',
  } as Record<string, string>,
  keyOr: 'or',
  /** Of a tooltip: `Settings (Ctrl+,)` */
  withKey: (text: string, key: string | null) => (key === null ? text : `${text} (${key})`),
};

function leftOut(left: number): string {
  return left === 1
    ? 'ss has no filter that finds one of the rows.'
    : `ss has no filter that finds ${count.format(left)} of the rows.`;
}

function allOf(total: number): string {
  return total === 1 ? 'The only socket is' : `All ${count.format(total)} sockets are`;
}
