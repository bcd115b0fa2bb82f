import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../shared/settings';
import { BrowserSettings } from './browserSettings';

class FakeStorage {
  readonly items = new Map<string, string>();
  full = false;
  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    if (this.full) throw new Error('The quota has been exceeded.');
    this.items.set(key, value);
  }
}

function open(storage: FakeStorage): { settings: BrowserSettings; problems: string[] } {
  const problems: string[] = [];
  return {
    settings: new BrowserSettings(
      () => storage,
      (text) => problems.push(text),
    ),
    problems,
  };
}

const DARK = { ...DEFAULT_SETTINGS, theme: 'dark' } as const;
const LIGHT = { ...DEFAULT_SETTINGS, theme: 'light' } as const;

describe('BrowserSettings', () => {
  it('begins with the defaults, and remembers', () => {
    const storage = new FakeStorage();
    const { settings } = open(storage);
    expect(settings.load()).toEqual({ settings: DEFAULT_SETTINGS, notice: null });
    settings.save(DARK);
    expect(open(storage).settings.load()).toEqual({ settings: DARK, notice: null });
  });

  it('sets aside what is damaged, and names where', () => {
    const storage = new FakeStorage();
    storage.items.set('socketscope-settings', '{"theme":');
    const { settings, notice } = open(storage).settings.load();
    expect(settings).toEqual(DEFAULT_SETTINGS);
    const aside = [...storage.items.keys()].find((key) => key.includes('corrupt'))!;
    expect(notice).toContain(aside);
    expect(storage.items.get(aside)).toBe('{"theme":');
    expect(open(storage).settings.load()).toEqual({ settings: DEFAULT_SETTINGS, notice: null });
    expect(storage.items.size).toBe(2);
  });

  it('remembers the last of two tabs', () => {
    const storage = new FakeStorage();
    const one = open(storage).settings;
    const other = open(storage).settings;
    one.save(DARK);
    other.save(LIGHT);
    expect(open(storage).settings.load().settings.theme).toBe('light');
  });

  it('tells once that nothing can be kept, and again after it could', () => {
    const storage = new FakeStorage();
    const { settings, problems } = open(storage);
    storage.full = true;
    settings.save(DARK);
    settings.save(LIGHT);
    expect(problems).toEqual([expect.stringContaining('The quota has been exceeded.')]);
    storage.full = false;
    settings.save(DARK);
    storage.full = true;
    settings.save(LIGHT);
    expect(problems).toHaveLength(2);
  });

  it('works in a browser that stores nothing', () => {
    const refusing = (): never => {
      throw new Error('Access is denied.');
    };
    const problems: string[] = [];
    const kept = new BrowserSettings(refusing, (text) => problems.push(text));
    kept.save(DARK);
    expect(problems).toEqual([expect.stringContaining('Access is denied.')]);
    const { settings, notice } = kept.load();
    expect(settings).toEqual(DEFAULT_SETTINGS);
    expect(notice).toContain('Access is denied.');
  });
});
