import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { COMMANDS } from '../../shared/bridge';
import { isPressed, keyOf, OWN_KEYS, SHORTCUTS } from '../../shared/shortcuts';
import { t } from '../strings';
import { shortcutOf } from './shortcuts';

class HtmlElement {
  isContentEditable = false;
}
class Input extends HtmlElement {}
class TextArea extends HtmlElement {}
class Select extends HtmlElement {}
let openDialog: object | null;
let selectedText: string;

beforeEach(() => {
  openDialog = null;
  selectedText = '';
  vi.stubGlobal('HTMLElement', HtmlElement);
  vi.stubGlobal('HTMLInputElement', Input);
  vi.stubGlobal('HTMLTextAreaElement', TextArea);
  vi.stubGlobal('HTMLSelectElement', Select);
  vi.stubGlobal('document', { querySelector: () => openDialog });
  vi.stubGlobal('window', { getSelection: () => ({ toString: () => selectedText }) });
});
afterEach(() => vi.unstubAllGlobals());

/** `Ctrl+Shift+S` as the event that a browser makes of it. */
function eventOf(keys: string, more: object = {}): KeyboardEvent {
  const parts = keys.split('+');
  return {
    key: parts.at(-1)!,
    ctrlKey: parts.includes('Ctrl'),
    metaKey: parts.includes('Meta'),
    shiftKey: parts.includes('Shift'),
    altKey: parts.includes('Alt'),
    isComposing: false,
    target: {},
    ...more,
  } as unknown as KeyboardEvent;
}

function press(keys: string, shell: 'electron' | 'browser' = 'browser', target: object = {}): string | null {
  return shortcutOf(eventOf(keys, { target }), shell);
}

describe('shortcutOf', () => {
  it.each([
    ['Ctrl+f', 'find'],
    ['Meta+f', 'find'],
    ['Ctrl+Shift+L', 'clear-filter'],
    ['Ctrl+s', 'export-csv'],
    ['Ctrl+Shift+S', 'export-selected'],
    ['Ctrl+p', 'pause'],
    ['Ctrl+,', 'settings'],
    ['Ctrl+2', 'view-process'],
    ['Ctrl+h', 'action-log'],
    ['F1', 'shortcuts'],
    ['F5', 'refresh'],
  ])('%s is %s in a browser; Electron’s menu handles it itself', (keys, command) => {
    expect(press(keys)).toBe(command);
    expect(press(keys, 'browser', new Input())).toBe(command);
    expect(press(keys, 'electron')).toBeNull();
  });

  it('Electron’s menu knows one key of each command: the page sees to the others', () => {
    expect(press('Ctrl+r', 'electron')).toBe('refresh');
    expect(press('Ctrl+r', 'browser')).toBe('refresh');
  });

  it.each([
    ['Ctrl+a', 'select-all'],
    ['Ctrl+c', 'copy'],
    ['Ctrl+Shift+C', 'copy-cell'],
    ['Alt+Enter', 'details'],
    ['Shift+?', 'shortcuts'],
    ['?', 'shortcuts'],
    ['Delete', 'close-connection'],
    ['Shift+Delete', 'close-gracefully'],
    ['Ctrl+Delete', 'end-process'],
  ])('%s is %s in the grid, and not in a field', (keys, command) => {
    const editable = Object.assign(new HtmlElement(), { isContentEditable: true });
    for (const shell of ['browser', 'electron'] as const) {
      expect(press(keys, shell)).toBe(command);
      for (const field of [new Input(), new TextArea(), new Select(), editable])
        expect(press(keys, shell, field)).toBeNull();
    }
  });

  it('does nothing under an open dialog, nor while a character is composed', () => {
    const names = SHORTCUTS.flatMap(({ keys }) => keys);
    const pressed = names.map((name) => eventOf(name));
    const composed = names.map((name) => shortcutOf(eventOf(name, { isComposing: true }), 'browser'));
    expect(new Set(composed)).toEqual(new Set([null]));
    openDialog = {};
    expect(new Set(pressed.map((event) => shortcutOf(event, 'browser')))).toEqual(new Set([null]));
  });

  it('leaves text that was selected with the mouse to be copied', () => {
    selectedText = '10.0.0.5';
    expect(press('Ctrl+c')).toBeNull();
    expect(press('Delete')).toBe('close-connection');
  });

  it.each([
    'a',
    'f',
    'Ctrl+Shift+Delete',
    'Alt+Delete',
    'Ctrl+Alt+f',
    'Alt+?',
    'F6',
    'Enter',
    'Escape',
    'ArrowDown',
    ' ',
  ])('%j is nothing', (keys) => {
    expect(press(keys)).toBeNull();
  });
});

describe('the table of shortcuts', () => {
  it('names each key once', () => {
    const all = SHORTCUTS.flatMap(({ keys }) => keys);
    for (const name of all) {
      const same = all.filter((other) => isPressed(other, eventOf(name)));
      expect(same).toEqual([name]);
    }
  });

  it('holds commands that there are, and each has a title', () => {
    const known = new Set<string>([...COMMANDS, ...OWN_KEYS]);
    for (const { does } of SHORTCUTS) {
      expect(known).toContain(does);
      expect(t.window.shortcutTitles[does], does).not.toBe('');
    }
  });

  it('names what the menu shows', () => {
    expect(keyOf('refresh')).toBe('F5');
    expect(keyOf('shortcuts')).toBe('F1');
    expect(keyOf('copy-json')).toBeNull();
  });
});
