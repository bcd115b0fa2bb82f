import type { Command, Shell } from '../shell/shell';

/** Keys that Electron's native menu handles itself; in a browser there is no menu. */
const MENU_KEYS: Record<string, Command> = {
  'ctrl+f': 'find',
  'ctrl+s': 'export-csv',
  'ctrl+shift+s': 'export-selected',
  'ctrl+p': 'pause',
  f5: 'refresh',
};

/** Keys that belong to the grid: in a text field they keep their own meaning. */
const GRID_KEYS: Record<string, Command> = {
  'ctrl+a': 'select-all',
  'ctrl+c': 'copy',
  delete: 'close-connection',
};

/** The command a key stands for, or null. */
export function shortcutOf(event: KeyboardEvent, shell: Shell['kind']): Command | null {
  const modifiers = `${event.ctrlKey || event.metaKey ? 'ctrl+' : ''}${event.shiftKey ? 'shift+' : ''}`;
  const key = `${modifiers}${event.key.toLowerCase()}`;
  if (shell === 'browser' && MENU_KEYS[key] !== undefined) return MENU_KEYS[key];
  // Text that is being edited or has been selected with the mouse is the user's to copy.
  const editing = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
  if (editing || document.querySelector('dialog[open]') !== null) return null;
  if (key === 'ctrl+c' && (window.getSelection()?.toString() ?? '') !== '') return null;
  return GRID_KEYS[key] ?? null;
}
