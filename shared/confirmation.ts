/** What the user is asked before an order is carried out, and what is said of it afterwards. Never in a page's words. */
import { processLabel } from './labels';
import { isSocketAction, MAX_TREE, OUTCOMES } from './orders';
import type {
  Action,
  ActionResult,
  Caution,
  Confirmation,
  Outcome,
  Preparation,
  ProcessAction,
  ProcessFacts,
  SocketAction,
} from './orders';
import { atLeast, LISTED, plural, treeLines } from './questionTree';
import { plainText } from './text';

/** Names in the question itself; of more, only their number. */
const NAMED = 3;

/** Says what this order will do, as far as it is known, before it is done. */
export function confirmation(preparation: Preparation): Confirmation {
  const { action } = preparation.order;
  const question = isSocketAction(action)
    ? askSockets(action, preparation)
    : askProcesses(action, preparation);
  return { ...question, warnings: warnings(preparation) };
}

/** How many sockets or processes a yes would be about; 0 where there is nothing to ask. */
export function targetCount({ order }: Preparation): number {
  return 'ids' in order ? order.ids.length : order.processes.length;
}

type Question = Omit<Confirmation, 'warnings'>;

function askSockets(action: SocketAction, preparation: Preparation): Question {
  const { connections, listeners, datagrams, others } = preparation.kinds;
  const total = targetCount(preparation);
  const parts = [
    plural(connections, 'connection'),
    plural(listeners, 'listening socket'),
    plural(datagrams, 'UDP socket'),
    plural(others, others === total ? 'socket' : 'other socket'),
  ].filter((part) => part !== null);
  const detail = someOf(preparation.labels.map(plainText), total);
  detail.push('', ...socketEffects(action, preparation.kinds), ...alreadyGone(preparation, 'sockets'));
  const isReset = action === 'reset';
  const areConnections = connections === total;
  const verb = isReset && areConnections ? 'Reset' : 'Close';
  const noun = areConnections ? 'Connection' : 'Socket';
  const gracefully = isReset ? '' : ' gracefully';
  return {
    title: isReset ? `${verb} ${noun}` : 'Close Gracefully',
    message: `${verb} ${listed(parts)}${ofOwners(preparation)}${gracefully}?`,
    detail: detail.join('\n').trim(),
    confirmLabel: total === 1 ? `${verb} ${noun}` : `${verb} ${total} ${noun}s`,
  };
}

function socketEffects(
  action: SocketAction,
  { connections, listeners, datagrams }: Preparation['kinds'],
): string[] {
  if (action === 'finish') {
    return [
      'What is still to be sent is delivered, then the other side sees the end of the connection. ' +
        'It may go on sending until it closes too; only then is the connection gone.',
      `${connections > 1 ? 'Their processes' : 'Its process'} cannot send any more, and some programs end then.`,
    ];
  }
  const effects: string[] = [];
  if (connections > 0)
    effects.push('Connections are reset: data still in flight is lost, and both ends see an error.');
  if (listeners > 0) {
    effects.push(
      'A listening socket stops accepting; its process keeps it, bound but closed, until it closes it itself.',
    );
  }
  if (datagrams > 0)
    effects.push('A UDP socket is disconnected; its process sees an error and may go on using it.');
  return effects;
}

const QUESTIONS: Record<ProcessAction, (whom: string) => string> = {
  terminate: (whom) => `Ask ${whom} to end?`,
  kill: (whom) => `End ${whom} now, without asking?`,
  suspend: (whom) => `Suspend ${whom}?`,
  resume: (whom) => `Resume ${whom}?`,
};
const TITLES: Record<ProcessAction, string> = {
  terminate: 'End Process',
  kill: 'End Process Now',
  suspend: 'Suspend Process',
  resume: 'Resume Process',
};
const VERBS: Record<ProcessAction, string> = {
  terminate: 'End',
  kill: 'End',
  suspend: 'Suspend',
  resume: 'Resume',
};

function askProcesses(action: ProcessAction, preparation: Preparation): Question {
  const { tree } = preparation;
  const named = tree.filter(({ depth }) => depth === 0);
  const total = targetCount(preparation);
  const detail = [
    ...treeLines(tree, total),
    '',
    processEffect(action, total, named),
    ...childEffect(action, total, tree),
  ];
  detail.push(...alreadyGone(preparation, 'processes'));
  return {
    title: TITLES[action],
    message: QUESTIONS[action](processesInWords(preparation, named)),
    detail: detail.join('\n').trim(),
    confirmLabel: `${VERBS[action]} ${total === 1 ? 'Process' : `${total} Processes`}${action === 'kill' ? ' Now' : ''}`,
  };
}

/** `nginx (812)`, `nginx (3 processes)`, `nginx and sshd (5 processes)`, `5 processes` */
function processesInWords({ owners }: Preparation, named: readonly ProcessFacts[]): string {
  const [first] = named;
  if (owners.processes === 1 && first !== undefined) return processLabel(first);
  if (owners.names.length === 0 || owners.names.length > NAMED) return `${owners.processes} processes`;
  return `${listed(owners.names.map(plainText))} (${owners.processes} processes)`;
}

function processEffect(action: ProcessAction, total: number, named: readonly ProcessFacts[]): string {
  const it = total === 1 ? 'It' : 'Each';
  const sockets = named.reduce((sum, process) => sum + process.sockets, 0);
  const closed = sockets === 0 ? '' : ' Its sockets are closed, unless another process holds them too.';
  switch (action) {
    case 'terminate':
      return `${it} is asked to end, and may save first what it has open. What still runs after 5 seconds is reported, and left alone.${closed}`;
    case 'kill':
      return `${it} ends at once: what it has not saved is lost.${closed}`;
    case 'suspend':
      return `${it} stands still until it is resumed. Its connections stay open, but nobody answers on them: the other side may give them up.`;
    case 'resume':
      return `${it} goes on where it was suspended.`;
  }
}

/** Children are never acted on with their parent: whoever wants them ended names them. */
function childEffect(action: ProcessAction, total: number, tree: readonly ProcessFacts[]): string[] {
  const children = tree.filter(({ depth }) => depth > 0).length;
  const isFull = tree.length >= MAX_TREE;
  if (children === 0 && !isFull) return [];
  const generations = tree.some(({ depth }) => depth > 1) ? 'child processes, and theirs' : 'child processes';
  const have =
    children === 0
      ? 'They may have child processes'
      : `${total === 1 ? 'It has' : 'They have'} ` +
        (children === 1 ? `${atLeast(tree)}1 child process` : `${atLeast(tree)}${children} ${generations}`);
  const [is, goesOn, parent] =
    children === 1
      ? ['it is', 'it goes on', 'its parent ends it']
      : ['they are', 'they go on', 'their parent ends them'];
  switch (action) {
    case 'terminate':
      return [`${have}: ${is} not asked, and ${goesOn} unless ${parent}.`];
    case 'kill':
      return [`${have}: ${is} not ended.`];
    case 'suspend':
      return [`${have}: ${goesOn}.`];
    case 'resume':
      return [`${have}: ${is} not resumed.`];
  }
}

/** One sentence for each kind of caution, in the order of their weight. */
function warnings(preparation: Preparation): string[] {
  const { order, cautions } = preparation;
  const isOne = targetCount(preparation) === 1;
  const kinds: Caution[] = ['init', 'critical', 'session', 'self', 'desktop'];
  return kinds.flatMap((kind) => {
    const labels = cautions.filter(({ caution }) => caution === kind).map(({ label }) => plainText(label));
    if (labels.length === 0) return [];
    const whom = listed(labels.length > NAMED ? [...labels.slice(0, NAMED), 'others'] : labels);
    return 'ids' in order ? socketWarning(kind, whom, isOne) : processWarning(kind, whom, labels.length);
  });
}

function socketWarning(kind: Caution, whom: string, isOne: boolean): string {
  switch (kind) {
    case 'session':
      return isOne
        ? 'This is the connection by which you came in. Without it you may have no way to this machine.'
        : `The connection by which you came in is among them: ${whom}. Without it you may have no way to this machine.`;
    case 'self':
      return isOne
        ? 'SocketScope itself uses this socket: what you look at may stop working.'
        : `SocketScope itself uses some of them: ${whom}. What you look at may stop working.`;
    case 'init':
    case 'critical':
    case 'desktop':
      return `Take care: ${whom}.`;
  }
}

function processWarning(kind: Caution, whom: string, count: number): string {
  const isOne = count === 1;
  switch (kind) {
    case 'session':
      return `${whom} ${isOne ? 'carries' : 'carry'} the session by which you came in. Without it you may have no way to this machine.`;
    case 'self':
      return `${whom} ${isOne ? 'is' : 'are'} SocketScope itself, or what it runs under: it may end too.`;
    case 'init':
      return `${whom} is the first process of this system: nothing goes on without it.`;
    case 'critical':
      return `${whom} ${isOne ? 'is' : 'are'} part of the system, which may not work without, or only after a restart.`;
    case 'desktop':
      return `${whom} ${isOne ? 'belongs' : 'belong'} to a desktop: that session may end, with everything that is open in it.`;
  }
}

function alreadyGone({ missing }: Preparation, noun: 'sockets' | 'processes'): string[] {
  const gone = missing.filter(({ outcome }) => outcome === 'gone').length;
  const unknown = missing.length - gone;
  const sentences: string[] = [];
  if (gone > 0)
    sentences.push(`${gone} of the selected ${noun} ${gone === 1 ? 'has' : 'have'} ended already.`);
  if (unknown > 0)
    sentences.push(
      `${unknown} of the selected ${noun} could not be looked for, and ${unknown === 1 ? 'is' : 'are'} left alone.`,
    );
  return sentences;
}

/** The first lines, and how many more there are. */
function someOf(lines: readonly string[], total: number): string[] {
  const shown = lines.slice(0, LISTED);
  const more = total - shown.length;
  return more > 0 ? [...shown, `… and ${more} more`] : shown;
}

/** ` of nginx and sshd (3 processes)`; nothing where no owner is known. */
function ofOwners({ owners }: Preparation): string {
  const { processes, names, hasUnknown } = owners;
  if (processes === 0) return '';
  const others = hasUnknown ? ['others without a known owner'] : [];
  if (names.length > NAMED) return ` of ${listed([`${processes} processes`, ...others])}`;
  return ` of ${listed([...names.map(plainText), ...others])}${processes > 1 ? ` (${processes} processes)` : ''}`;
}

/** `a`, `a and b`, `a, b and c` */
function listed(parts: readonly string[]): string {
  const last = parts.at(-1) ?? '';
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} and ${last}`;
}

const DONE: Record<Action, string> = {
  reset: 'closed',
  // The end is on its way; the other side has its turn.
  finish: 'closing',
  terminate: 'ended',
  kill: 'ended',
  suspend: 'suspended',
  resume: 'resumed',
};

/** `3 closed, 1 already gone` */
export function summarise(action: Action, results: readonly ActionResult[]): string {
  const words: Record<Outcome, string> = {
    done: DONE[action],
    gone: 'already gone',
    refused: 'refused',
    failed: 'failed',
    stopped: 'not tried',
  };
  return OUTCOMES.flatMap((outcome) => {
    const count = results.filter((result) => result.outcome === outcome).length;
    return count === 0 ? [] : `${count} ${words[outcome]}`;
  }).join(', ');
}
