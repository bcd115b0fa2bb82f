import type { Virtualizer } from '@tanstack/react-virtual';
import type { KeyboardEvent } from 'react';
import type { App } from '../../model/app';
import { foldKey } from '../../model/lines';
import type { Line } from '../../model/lines';
import { ui } from '../../model/uiStore';
import { toggleFold } from '../../model/upkeep';

/** What the grid does with a key. `moved` is called when it has selected a line. */
export function pressKey(
  event: KeyboardEvent,
  app: App,
  virtualizer: Virtualizer<HTMLDivElement, Element>,
  moved: () => void,
): void {
  const { selection } = app;
  const { order } = app.sockets;
  const now = selection.focused === null ? -1 : order.indexOf(selection.focused);
  const line = order.lines.at(now);

  if (event.key === 'Escape') {
    // What was opened last goes first.
    if (ui.get().details !== null) app.closeDetails();
    else selection.clear();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (line !== undefined && foldByKey(event.key, line)) {
    event.preventDefault();
    return;
  }
  if (event.key === 'Enter') app.run('details');
  const rows = Math.max(
    1,
    Math.floor((virtualizer.scrollRect?.height ?? 0) / virtualizer.options.estimateSize(0)) - 2,
  );
  const parent = event.key === 'ArrowLeft' && line !== undefined ? order.parent(line) : undefined;
  const index =
    parent === undefined ? targetIndex(event.key, now, rows, order.lines.length) : order.indexOf(parent.id);
  const target = index === null ? undefined : order.lines.at(index);
  if (index === null || target === undefined) return;
  event.preventDefault();
  if (event.shiftKey) selection.extendTo(target.id);
  else selection.only(target.id);
  moved();
  virtualizer.scrollToIndex(index);
}

/** Folds or unfolds the line where the key says so. */
function foldByKey(key: string, line: Line): boolean {
  if (line.count === 0) return false;
  const folds = line.collapsed ? key === 'ArrowRight' : key === 'ArrowLeft';
  const toggles = key === ' ' || (key === 'Enter' && line.kind === 'group');
  if (folds || toggles) toggleFold(foldKey(line));
  return folds || toggles;
}

/** Where a key moves the focus to, or null where it is not one that moves it. */
export function targetIndex(key: string, now: number, page: number, length: number): number | null {
  const targets: Record<string, number> = {
    ArrowDown: now + 1,
    ArrowUp: now < 0 ? 0 : now - 1,
    PageDown: now + page,
    PageUp: now - page,
    Home: 0,
    End: length - 1,
  };
  const target = Object.hasOwn(targets, key) ? targets[key]! : null;
  return target === null || length === 0 ? null : Math.min(Math.max(target, 0), length - 1);
}
