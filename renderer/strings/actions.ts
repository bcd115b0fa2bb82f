/** Texts of the page: what is done to sockets and processes, how it goes, and the log of it. */
import type { Action, Origin, Outcome } from '../../shared/orders';
import type { Owner } from '../../shared/socket';

const count = new Intl.NumberFormat('en-US');
const many = (n: number, one: string, more: string): string => `${count.format(n)} ${n === 1 ? one : more}`;

/** `Reset Connection`, `Reset 37 Connections`, `Reset 37 Sockets` */
function socketTitle(verb: string, n: number, connections: boolean, end = ''): string {
  const noun = connections ? 'Connection' : 'Socket';
  return n > 1 ? `${verb} ${count.format(n)} ${noun}s${end}` : `${verb} ${noun}${end}`;
}

function processTitle(verb: string, n: number, end = ''): string {
  return n > 1 ? `${verb} ${count.format(n)} Processes${end}` : `${verb} Process${end}`;
}

/** What an entry of a menu or a button is called; `connections`: whether all of them are connections. */
const titles: Record<Action, (n: number, connections: boolean) => string> = {
  reset: (n, connections) => socketTitle('Reset', n, connections),
  finish: (n, connections) => socketTitle('Close', n, connections, ' Gracefully'),
  terminate: (n) => processTitle('End', n),
  kill: (n) => processTitle('End', n, ' Now'),
  suspend: (n) => processTitle('Suspend', n),
  resume: (n) => processTitle('Resume', n),
};

const outcomes: Record<Outcome, string> = {
  done: 'Done',
  gone: 'Already gone',
  refused: 'Refused',
  failed: 'Failed',
  stopped: 'Not tried',
};

const origins: Record<Origin, string> = {
  window: 'window',
  browser: 'browser',
  'command line': 'command line',
};

export const actionStrings = {
  titles,
  /** As much as a toolbar has room for */
  short: { 'close-connection': 'Reset', 'end-process': 'End Process' },
  /** What each does, in a tooltip */
  about: {
    reset: 'Ends it at once (RST): what is still under way is lost, and both ends see an error.',
    finish:
      'Ends this side in order (FIN): what was sent still arrives. It is over once the other side closes, too.',
    terminate: 'Asks the process to end. It may save its work first, or refuse.',
    kill: 'Ends the process without asking it: what it has not saved is lost.',
    suspend: 'The process stands still until it is resumed; its connections stay open.',
    resume: 'The process goes on.',
  } satisfies Record<Action, string>,
  /** Behind an entry that leaves some of the rows out */
  leftOut: (n: number, reason: string) => `${many(n, 'row is', 'rows are')} left out. ${reason}`,
  everythingShown: (n: number | null) =>
    n === null ? 'Reset Everything Shown…' : `Reset Everything Shown (${count.format(n)})…`,
  everythingShownTitle: 'Reset every connection and socket that the list shows',
  openLocation: 'Open File Location',
  openLocationTitle: 'Shows the program of the process in the file manager',

  // Why not
  nothingSelected: 'Select a row first',
  nothingShown: 'No row is shown',
  noEngine: 'There is no connection to the engine',
  underWay: 'Another action is under way',
  tooMany: (most: number, chosen: number) =>
    `At most ${count.format(most)} can be acted upon at once; these are ${count.format(chosen)}.`,
  owners: {
    known: 'When its process was started is not known, and a PID alone may name another process by now.',
    inherited: 'Its process no longer holds it. Only a process that holds a socket now is acted upon.',
    presumed: 'Which process had it is presumed only. Only what is known is acted upon.',
    none: 'No process has it any more.',
    unaccepted: 'No process has accepted it yet.',
    hidden: 'Its process is hidden from the user who runs the engine.',
    unfound: 'No process was found that holds it.',
  } satisfies Record<Owner, string>,
  oneProcess: 'Select the sockets of one process only',
  noProgram: 'Where its program lies is not known.',
  elsewhere: 'The program lies on another machine.',
  notInBrowser: 'A page in a browser cannot open your file manager.',

  // While it goes on
  working: {
    reset: 'Resetting…',
    finish: 'Closing gracefully…',
    terminate: 'Asking to end…',
    kill: 'Ending…',
    suspend: 'Suspending…',
    resume: 'Resuming…',
  } satisfies Record<Action, string>,
  progress: 'Progress',
  ofTotal: (done: number, total: number) => `${count.format(done)} of ${count.format(total)}`,
  stop: 'Stop',
  stopTitle: 'What has been done stays done; the others are left alone',
  stopping: 'Stopping…',

  // What came of it
  results: 'Results',
  dismiss: 'Dismiss',
  outcomes,
  outcomeCount: (name: string, n: number) => `${name} ${count.format(n)}`,
  all: (n: number) => `All ${count.format(n)}`,
  showOutcome: 'Show',
  copyResults: 'Copy the results shown',
  copy: 'Copy',
  unrecorded: (reason: string) => `The log of actions has no record of this. ${reason}`,
  stillRunning: (n: number) =>
    n === 1
      ? 'It may still be running. You can end it without asking.'
      : `${count.format(n)} may still be running. You can end them without asking.`,

  // The log
  log: {
    title: 'Action log',
    menu: 'Action log…',
    intro: 'Everything that was done to sockets and processes on this machine, the newest first.',
    columns: {
      at: 'When',
      user: 'Who',
      host: 'Host',
      action: 'What',
      label: 'Target',
      outcome: 'Outcome',
      message: 'Why',
    },
    by: (user: string, origin: Origin) => `${user} (${origins[origin]})`,
    nobody: 'unknown',
    uid: (uid: number) => `uid ${uid}`,
    actions: {
      reset: 'Reset',
      finish: 'Close gracefully',
      terminate: 'End process',
      kill: 'End process now',
      suspend: 'Suspend',
      resume: 'Resume',
    } satisfies Record<Action, string>,
    find: 'Find in the log',
    reading: 'Reading the log…',
    empty: 'Nothing has been done yet',
    emptyWhy: 'Connections that you close and processes that you end will be listed here.',
    nothingFound: 'Nothing matches',
    shown: (shown: number, read: number) =>
      shown === read
        ? many(read, 'entry', 'entries')
        : `${count.format(shown)} of ${many(read, 'entry', 'entries')}`,
    readSoFar: 'read so far',
    more: 'Read older ones',
    lost: 'The connection to the engine was lost while the log was read.',
    reopened: 'The log was opened anew meanwhile; nothing was saved.',
    damaged: (n: number) => `${many(n, 'damaged line was', 'damaged lines were')} left out.`,
    copy: 'Copy',
    copyTitle: 'Copy the entries shown',
    copied: (n: number) => `${many(n, 'entry', 'entries')} copied`,
    csv: 'Export CSV…',
    json: 'Export JSON…',
    exportTitle: 'Save the whole log, as far as the search matches',
    saved: (n: number, file: string) => `${many(n, 'entry', 'entries')} saved to ${file}`,
  },
};
