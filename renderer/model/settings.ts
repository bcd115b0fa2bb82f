/** Between what is kept and what the page shows: takes the settings on, and hands every change of them to the shell. */
import { DEFAULT_READING } from '../../shared/socket';
import { isSameReading } from '../../shared/reading';
import type { Settings } from '../../shared/settings';
import { DEFAULT_SETTINGS, SETTINGS_VERSION } from '../../shared/settings';
import type { Shell } from '../shell/shell';
import { moreContrast, showAppearance } from './appearance';
import { DEFAULT_LAYOUT, readLayout } from './columnLayout';
import { COLUMN_IDS } from './columns';
import { chosenReading, INSPECTOR_TABS, ui, useUi } from './uiStore';
import type { UiState } from './uiStore';

/** The part of the page's state that settings say. */
export function stateOf(settings: Settings): Partial<UiState> {
  const { theme, density, fontSize, highlight, savedFilters, recentHosts, tables, hidden } = settings;
  const { view, keepStill, resolveNames, portNames, filter, sort, reading, inspector } = settings;
  const column = COLUMN_IDS.find((id) => id === sort.column);
  const wished = { ...DEFAULT_READING, ...reading };
  return {
    ...{ theme, density, fontSize, highlight, savedFilters, recentHosts, tables, hidden },
    ...{ view, keepStill, resolveNames, portNames },
    search: filter,
    columns: readLayout(settings.columns),
    ...(column === undefined ? {} : { sort: { column, descending: sort.descending } }),
    inspector: { ...inspector, tab: INSPECTOR_TABS.find((tab) => tab === inspector.tab) ?? 'overview' },
    // The engine is asked for it as soon as it is there.
    wished: isSameReading(wished, DEFAULT_READING) ? null : wished,
  };
}

/** What is to be kept of the page's state. `before` says what the page does not know yet. */
export function settingsOf(state: UiState, before: Settings): Settings {
  const { theme, density, fontSize, highlight, savedFilters, recentHosts, tables, hidden } = state;
  const { view, keepStill, resolveNames, portNames, search, sort, inspector } = state;
  const reading = chosenReading(state);
  return {
    version: SETTINGS_VERSION,
    ...{ theme, density, fontSize, highlight, savedFilters, recentHosts, tables, hidden },
    ...{ view, keepStill, resolveNames, portNames, sort, inspector },
    filter: search,
    columns: state.columns === DEFAULT_LAYOUT ? null : state.columns,
    reading:
      reading === null
        ? before.reading
        : { protocols: reading.protocols, bound: reading.bound, namespaces: reading.namespaces },
  };
}

/** Takes on what was kept, before anything is painted, and keeps every change from then on. */
export async function keepSettings(shell: Shell): Promise<void> {
  const { settings, notice } = await shell.loadSettings();
  ui.set(stateOf(settings));
  if (notice !== null) ui.set({ notice: { kind: 'error', text: notice } });
  showAppearance(ui.get());
  moreContrast().addEventListener('change', () => showAppearance(ui.get()));
  let kept = settingsOf(ui.get(), settings);
  useUi.subscribe((state) => {
    const next = settingsOf(state, kept);
    if (JSON.stringify(next) === JSON.stringify(kept)) return;
    kept = next;
    shell.saveSettings(next);
    showAppearance(state);
  });
}

/** Back to how the program comes: what the settings dialog shows, and nothing else of what the user has chosen. */
export function resetSettings(): void {
  const { theme, density, fontSize, highlight, keepStill, resolveNames, portNames } = DEFAULT_SETTINGS;
  ui.set({ theme, density, fontSize, highlight, keepStill, resolveNames, portNames });
}
