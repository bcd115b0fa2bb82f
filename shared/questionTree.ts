/** The lines of a question that name processes. */
import { processLabel } from './labels';
import { MAX_TREE } from './orders';
import type { ProcessFacts } from './orders';
import { plainText } from './text';

/** Lines of a question that name sockets or processes. */
export const LISTED = 12;

/** Those that are named before all, and as many of their descendants, each below its parent, as there are lines left. */
export function treeLines(tree: readonly ProcessFacts[], total: number): string[] {
  const named = tree.filter(({ depth }) => depth === 0).length;
  let namedLeft = LISTED;
  let othersLeft = Math.max(0, LISTED - named);
  const shown = tree.filter(({ depth }) => (depth === 0 ? namedLeft-- > 0 : othersLeft-- > 0));
  const lines = shown.map(treeLine);
  const more = total - Math.min(named, LISTED);
  const moreChildren = tree.length - shown.length;
  if (more > 0) lines.push(`… and ${more} more`);
  else if (moreChildren > 0) {
    const noun = moreChildren === 1 ? 'child process' : 'child processes';
    lines.push(`… and ${atLeast(tree)}${moreChildren} more ${noun}`);
  }
  return lines;
}

/** Before a number of descendants: a full tree may have left some out. */
export function atLeast(tree: readonly ProcessFacts[]): string {
  return tree.length >= MAX_TREE ? 'at least ' : '';
}

function treeLine(process: ProcessFacts): string {
  const facts = [processLabel(process)];
  if (process.user !== null) facts.push(plainText(process.user));
  const sockets = plural(process.sockets, 'socket');
  if (sockets !== null) facts.push(sockets);
  return `${'    '.repeat(Math.min(process.depth, 6))}${facts.join(', ')}`;
}

/** `3 sockets`; null of none */
export function plural(count: number, noun: string): string | null {
  return count === 0 ? null : `${count} ${noun}${count === 1 ? '' : 's'}`;
}
