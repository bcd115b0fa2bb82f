/** How an action is offered: what it is called for the rows that it would hit, and why where it cannot be done. */
import { keyOf } from '../../../shared/shortcuts';
import type { App } from '../../model/app';
import { ACTION_OF } from '../../model/orders';
import type { ActionCommand } from '../../model/orders';
import { t } from '../../strings';

export interface Offer {
  label: string;
  /** What it does, or why it cannot be done */
  title: string;
  /** Why it cannot be done; null where it can */
  reason: string | null;
}

/** Commands that say by their dots that a question comes first */
const ASKS: readonly ActionCommand[] = [
  'close-connection',
  'close-gracefully',
  'end-process',
  'kill-process',
];

/** For the selected rows: those that it can be done to are counted, the others are said to be left out. */
export function offerOf(app: App, command: ActionCommand): Offer {
  const action = ACTION_OF[command];
  const name = (count: number, connections: boolean): string =>
    `${t.actions.titles[action](count, connections)}${ASKS.includes(command) ? '…' : ''}`;
  const reason = app.orders.reasonAgainst(command);
  if (reason !== null) return { label: name(1, true), title: reason, reason };
  const { count, connections, leftOut, reason: why } = app.orders.targets(command);
  const about = t.actions.about[action];
  const title = leftOut === 0 ? about : `${about}\n${t.actions.leftOut(leftOut, why ?? '')}`;
  return { label: name(count, connections), title, reason };
}

export function offerOfShown(app: App): Offer {
  const reason = app.orders.reasonAgainst('close-shown');
  if (reason !== null) return { label: t.actions.everythingShown(null), title: reason, reason };
  const { count, leftOut, reason: why } = app.orders.shownTargets();
  const about = t.actions.everythingShownTitle;
  const title = leftOut === 0 ? about : `${about}\n${t.actions.leftOut(leftOut, why ?? '')}`;
  return { label: t.actions.everythingShown(count), title, reason };
}

export function offerOfProgram(app: App): Offer {
  const reason = app.orders.reasonAgainst('show-program');
  return { label: t.actions.openLocation, title: reason ?? t.actions.openLocationTitle, reason };
}

/** The key of a command as menus and tooltips show it: `Ctrl+Del`; null where it has none. */
export function shownKey(command: ActionCommand): string | undefined {
  return keyOf(command)?.replace('Delete', 'Del');
}
