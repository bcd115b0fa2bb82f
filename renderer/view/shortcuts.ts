import { isPressed, SHORTCUTS } from '../../shared/shortcuts';
import type { Shortcut } from '../../shared/shortcuts';
import type { Command, Shell } from '../shell/shell';

/** The command a key stands for, or null. Under an open dialog, and while a character is being composed, none does. */
export function shortcutOf(event: KeyboardEvent, shell: Shell['kind']): Command | null {
  if (event.isComposing || document.querySelector('dialog[open]') !== null) return null;
  const found = SHORTCUTS.find((shortcut) => keysOf(shortcut, shell).some((name) => isPressed(name, event)));
  if (found === undefined) return null;
  const command = found.does as Command; // what is no command is the grid's own
  if (found.where === 'window') return command;
  // Text that is being edited or has been selected with the mouse is the user's to copy.
  if (isEditing(event.target)) return null;
  return command === 'copy' && (window.getSelection()?.toString() ?? '') !== '' ? null : command;
}

/** The keys to listen to. Electron's menu sees to the first of those that hold for the whole window, as it names it. */
function keysOf({ keys, where }: Shortcut, shell: Shell['kind']): readonly string[] {
  if (where === 'own') return [];
  return where === 'window' && shell === 'electron' ? keys.slice(1) : keys;
}

function isEditing(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLInputElement ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLElement && target.isContentEditable)
  );
}
