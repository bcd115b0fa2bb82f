/** The one table of keys: what the page listens to, what menus and tooltips name, and what the sheet of shortcuts lists. */
import type { Command } from './bridge';

/** What the grid and its parts do with keys themselves. */
export const OWN_KEYS = ['move', 'move-page', 'move-end', 'extend', 'deselect', 'menu'] as const;
export type OwnKey = (typeof OWN_KEYS)[number];

export const SHORTCUT_SECTIONS = ['sockets', 'filter', 'view', 'rows', 'program'] as const;
export type ShortcutSection = (typeof SHORTCUT_SECTIONS)[number];

export interface Shortcut {
  section: ShortcutSection;
  does: Command | OwnKey;
  /** As people write them: `Ctrl+Shift+S`. The first is the one that is shown; the others do the same. */
  keys: readonly [string, ...string[]];
  /**
   * `window`: also in a text field, since they type nothing there. `rows`: not while somebody types. `own`: only listed
   * here; whatever has the focus sees to them.
   */
  where: 'window' | 'rows' | 'own';
}

export const SHORTCUTS: readonly Shortcut[] = [
  { section: 'sockets', does: 'close-connection', keys: ['Delete'], where: 'rows' },
  { section: 'sockets', does: 'close-gracefully', keys: ['Shift+Delete'], where: 'rows' },
  { section: 'sockets', does: 'end-process', keys: ['Ctrl+Delete'], where: 'rows' },
  { section: 'sockets', does: 'details', keys: ['Enter'], where: 'own' },
  { section: 'sockets', does: 'details', keys: ['Alt+Enter'], where: 'rows' },
  { section: 'sockets', does: 'menu', keys: ['Shift+F10', 'ContextMenu'], where: 'own' },
  { section: 'sockets', does: 'copy', keys: ['Ctrl+C'], where: 'rows' },
  { section: 'sockets', does: 'copy-cell', keys: ['Ctrl+Shift+C'], where: 'rows' },
  { section: 'sockets', does: 'export-csv', keys: ['Ctrl+S'], where: 'window' },
  { section: 'sockets', does: 'export-selected', keys: ['Ctrl+Shift+S'], where: 'window' },
  { section: 'filter', does: 'find', keys: ['Ctrl+F'], where: 'window' },
  { section: 'filter', does: 'clear-filter', keys: ['Ctrl+Shift+L'], where: 'window' },
  { section: 'view', does: 'pause', keys: ['Ctrl+P'], where: 'window' },
  { section: 'view', does: 'refresh', keys: ['F5', 'Ctrl+R'], where: 'window' },
  { section: 'view', does: 'keep-still', keys: ['Ctrl+Shift+K'], where: 'window' },
  { section: 'view', does: 'columns', keys: ['Ctrl+K'], where: 'window' },
  { section: 'view', does: 'resolve-names', keys: ['Ctrl+Shift+H'], where: 'window' },
  { section: 'view', does: 'port-names', keys: ['Ctrl+Shift+P'], where: 'window' },
  { section: 'view', does: 'view-flat', keys: ['Ctrl+1'], where: 'window' },
  { section: 'view', does: 'view-process', keys: ['Ctrl+2'], where: 'window' },
  { section: 'view', does: 'view-host', keys: ['Ctrl+3'], where: 'window' },
  { section: 'view', does: 'view-service', keys: ['Ctrl+4'], where: 'window' },
  { section: 'view', does: 'view-listeners', keys: ['Ctrl+5'], where: 'window' },
  { section: 'rows', does: 'move', keys: ['ArrowUp', 'ArrowDown'], where: 'own' },
  { section: 'rows', does: 'move-page', keys: ['PageUp', 'PageDown'], where: 'own' },
  { section: 'rows', does: 'move-end', keys: ['Home', 'End'], where: 'own' },
  { section: 'rows', does: 'extend', keys: ['Shift+ArrowUp', 'Shift+ArrowDown'], where: 'own' },
  { section: 'rows', does: 'select-all', keys: ['Ctrl+A'], where: 'rows' },
  { section: 'rows', does: 'deselect', keys: ['Escape'], where: 'own' },
  { section: 'program', does: 'action-log', keys: ['Ctrl+H'], where: 'window' },
  { section: 'program', does: 'settings', keys: ['Ctrl+,'], where: 'window' },
  { section: 'program', does: 'shortcuts', keys: ['F1'], where: 'window' },
  { section: 'program', does: 'shortcuts', keys: ['?'], where: 'rows' },
];

/** The key to name beside a command, in a menu or a tooltip; null where it has none. */
export function keyOf(command: Command): string | null {
  return shortcutFor(command)?.keys[0] ?? null;
}

export function shortcutFor(command: Command): Shortcut | null {
  return SHORTCUTS.find(({ does }) => does === command) ?? null;
}

/** A key press as a browser tells of it. */
export interface KeyPress {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  altKey: boolean;
}

/** Whether the press is the key of that name. What a layout needs Shift for (`?`) does not name it. */
export function isPressed(name: string, press: KeyPress): boolean {
  const parts = name.split('+');
  const key = parts.pop()!;
  const shiftCounts = key.length > 1 || /[a-z]/i.test(key);
  return (
    press.key.toLowerCase() === key.toLowerCase() &&
    (press.ctrlKey || press.metaKey) === parts.includes('Ctrl') &&
    press.altKey === parts.includes('Alt') &&
    (!shiftCounts || press.shiftKey === parts.includes('Shift'))
  );
}
