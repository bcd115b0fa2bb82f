import { beforeEach, describe, expect, it, vi } from 'vitest';
import { engineStatus } from '../../shared/fixtures/rows';
import { DEFAULT_SETTINGS, parseSettings } from '../../shared/settings';
import type { Settings } from '../../shared/settings';
import { DEFAULT_READING } from '../../shared/socket';
import type { Shell } from '../shell/shell';
import { presetLayout } from './columnLayout';
import { keepSettings, resetSettings, settingsOf, stateOf } from './settings';
import { ui, useUi } from './uiStore';

const START = ui.get();
const KEPT = parseSettings({
  ...{ theme: 'dark', density: 'compact', fontSize: 15, filter: 'port:443', view: 'process' },
  ...{ keepStill: true, portNames: true, sort: { column: 'rtt', descending: true } },
  columns: presetLayout('traffic'),
  savedFilters: [{ name: 'web', text: 'port:80,443' }],
  recentHosts: ['admin@server'],
  reading: { protocols: ['tcp', 'udp', 'unix'], bound: true, namespaces: false },
  inspector: { size: 500, side: 'right', tab: 'charts' },
  highlight: { palette: 'custom', colours: { new: '#112233' }, updates: 3 },
});

const style = { setProperty: vi.fn(), removeProperty: vi.fn() };
let dataset: Record<string, string>;
let saved: Settings[];

function shellWith(settings: Settings, notice: string | null = null): Shell {
  saved = [];
  const shell: Pick<Shell, 'loadSettings' | 'saveSettings'> = {
    loadSettings: () => Promise.resolve({ settings, notice }),
    saveSettings: (given) => saved.push(given),
  };
  return shell as Shell;
}

beforeEach(() => {
  ui.set(START, true);
  dataset = {};
  vi.stubGlobal('document', { documentElement: { dataset, style } });
  vi.stubGlobal('window', { matchMedia: () => ({ matches: false, addEventListener: vi.fn() }) });
});

describe('settings of the page', () => {
  it('come back as they were kept', () => {
    ui.set(stateOf(KEPT));
    expect(settingsOf(ui.get(), DEFAULT_SETTINGS)).toEqual(KEPT);
    expect(parseSettings(JSON.parse(JSON.stringify(settingsOf(ui.get(), DEFAULT_SETTINGS))))).toEqual(KEPT);
  });

  it('ask the engine for what was read, but for nothing where that is what it reads anyway', () => {
    expect(stateOf(KEPT).wished).toEqual({
      ...{ protocols: ['tcp', 'udp', 'unix'], bound: true, namespaces: false, commandLines: false },
    });
    expect(stateOf(DEFAULT_SETTINGS).wished).toBeNull();
  });

  it('do not hold what no column or part is called', () => {
    const odd = parseSettings({
      sort: { column: 'colour', descending: true },
      inspector: { tab: 'secrets' },
    });
    expect(stateOf(odd).sort).toBeUndefined();
    expect(stateOf(odd).inspector?.tab).toBe('overview');
  });

  it('never hold the wish for command lines', () => {
    ui.set({ status: engineStatus({ reading: { ...DEFAULT_READING, commandLines: true } }) });
    expect(JSON.stringify(settingsOf(ui.get(), DEFAULT_SETTINGS))).not.toContain('commandLines');
  });
});

describe('keepSettings', () => {
  it('takes them on, and shows them', async () => {
    await keepSettings(shellWith(KEPT, 'The file was damaged.'));
    expect(ui.get()).toMatchObject({ theme: 'dark', search: 'port:443', keepStill: true });
    expect(ui.get().notice).toEqual({ kind: 'error', text: 'The file was damaged.' });
    expect(dataset).toMatchObject({
      theme: 'dark',
      density: 'compact',
      highlight: 'custom',
      contrast: 'usual',
    });
    expect(style.setProperty).toHaveBeenCalledWith('--font-size', '15px');
    expect(style.setProperty).toHaveBeenCalledWith('--row-height', '22px'); // letters of 15px need more than 20
    expect(style.setProperty).toHaveBeenCalledWith('--new-edge', '#112233');
    expect(saved).toEqual([]);
  });

  it('keeps each change of them, and none of anything else', async () => {
    await keepSettings(shellWith(DEFAULT_SETTINGS));
    ui.set({
      menu: { x: 1, y: 2 },
      acting: { action: 'reset', progress: null, stopping: false },
      status: engineStatus(),
    });
    expect(saved).toEqual([]);
    ui.set({ theme: 'contrast' });
    expect(saved.map(({ theme }) => theme)).toEqual(['contrast']);
    expect(dataset['contrast']).toBe('more');
    ui.set({ search: 'nginx' });
    ui.set({ status: engineStatus({ reading: { ...DEFAULT_READING, bound: true } }) });
    expect(saved.at(-1)).toMatchObject({ theme: 'contrast', filter: 'nginx', reading: { bound: true } });
    expect(saved).toHaveLength(3);
  });

  it('resets what the dialog shows, and not what the user has made', async () => {
    await keepSettings(shellWith(KEPT));
    resetSettings();
    const { theme, fontSize, highlight, keepStill } = DEFAULT_SETTINGS;
    expect(ui.get()).toMatchObject({ theme, fontSize, highlight, keepStill });
    expect(ui.get()).toMatchObject({ search: 'port:443', savedFilters: KEPT.savedFilters });
    expect(saved.at(-1)).toMatchObject({ theme, filter: 'port:443' });
  });
});

// The listeners of one test would hear the next one.
const { subscribe } = useUi;
const leave: (() => void)[] = [];
useUi.subscribe = (listener) => {
  const stop = subscribe(listener);
  leave.push(stop);
  return stop;
};
beforeEach(() => {
  for (const stop of leave.splice(0)) stop();
});
