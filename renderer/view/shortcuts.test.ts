import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { shortcutOf } from './shortcuts';

class Input {}
class Select {}
let openDialog: object | null;
let selectedText: string;

beforeEach(() => {
  openDialog = null;
  selectedText = '';
  vi.stubGlobal('HTMLInputElement', Input);
  vi.stubGlobal('HTMLSelectElement', Select);
  vi.stubGlobal('document', { querySelector: () => openDialog });
  vi.stubGlobal('window', { getSelection: () => ({ toString: () => selectedText }) });
});
afterEach(() => vi.unstubAllGlobals());

/** `Ctrl+Shift+S` as the event that a browser makes of it. */
function press(keys: string, shell: 'electron' | 'browser' = 'browser', target: object = {}): string | null {
  const parts = keys.split('+');
  const event = {
    key: parts.at(-1)!,
    ctrlKey: parts.includes('Ctrl'),
    metaKey: parts.includes('Meta'),
    shiftKey: parts.includes('Shift'),
    target,
  };
  return shortcutOf(event as unknown as KeyboardEvent, shell);
}

describe('shortcutOf', () => {
  it.each([
    ['Ctrl+f', 'find'],
    ['Meta+f', 'find'],
    ['Ctrl+s', 'export-csv'],
    ['Ctrl+Shift+S', 'export-selected'],
    ['Ctrl+p', 'pause'],
    ['F5', 'refresh'],
  ])('%s is %s in a browser; Electron’s menu handles it itself', (keys, command) => {
    expect(press(keys)).toBe(command);
    expect(press(keys, 'browser', new Input())).toBe(command);
    expect(press(keys, 'electron')).toBeNull();
  });

  it.each([
    ['Ctrl+a', 'select-all'],
    ['Ctrl+c', 'copy'],
    ['Delete', 'close-connection'],
  ])('%s is %s in the grid, and not in a field or under a dialog', (keys, command) => {
    for (const shell of ['browser', 'electron'] as const) {
      expect(press(keys, shell)).toBe(command);
      expect(press(keys, shell, new Input())).toBeNull();
      expect(press(keys, shell, new Select())).toBeNull();
      openDialog = {};
      expect(press(keys, shell)).toBeNull();
      openDialog = null;
    }
  });

  it('leaves text that was selected with the mouse to be copied', () => {
    selectedText = '10.0.0.5';
    expect(press('Ctrl+c')).toBeNull();
    expect(press('Delete')).toBe('close-connection');
  });

  it.each(['a', 'f', 'Shift+Delete', 'Ctrl+Delete', 'Ctrl+Shift+f', 'F6', 'Enter'])(
    '%s is nothing',
    (keys) => {
      expect(press(keys)).toBeNull();
    },
  );
});
