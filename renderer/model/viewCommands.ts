/** The commands that only change what the page shows, and how. */
import type { Command, ViewSwitch } from '../../shared/bridge';
import { COLUMN_PRESETS, DENSITIES, THEMES, VIEWS } from '../../shared/settings';
import { presetLayout } from './columnLayout';
import { isWindows } from './system';
import { showEverything, ui } from './uiStore';
import type { DialogName, UiState } from './uiStore';

/** The switches of the page's own, by the part of its state that they turn. */
export const SWITCH_FIELDS = {
  'keep-still': 'keepStill',
  'resolve-names': 'resolveNames',
  'port-names': 'portNames',
} as const satisfies Record<ViewSwitch, keyof UiState>;

const DIALOG_COMMANDS: Partial<Record<Command, DialogName>> = {
  settings: 'settings',
  shortcuts: 'shortcuts',
  columns: 'columns',
  filters: 'filters',
  'action-log': 'log',
};

export function runViewCommand(command: Command): void {
  const theme = THEMES.find((name) => command === `theme-${name}`);
  const density = DENSITIES.find((name) => command === `density-${name}`);
  const view = VIEWS.find((name) => command === `view-${name}`);
  const preset = COLUMN_PRESETS.find((name) => command === `preset-${name}`);
  const dialog = DIALOG_COMMANDS[command];
  if (theme !== undefined) ui.set({ theme });
  if (density !== undefined) ui.set({ density });
  if (view !== undefined) ui.set({ view });
  if (preset !== undefined) ui.set({ columns: presetLayout(preset, isWindows(ui.get().welcome)) });
  if (dialog !== undefined) ui.set({ dialog });
  if (isSwitch(command)) ui.set((state) => ({ [SWITCH_FIELDS[command]]: !state[SWITCH_FIELDS[command]] }));
  if (command === 'clear-filter') showEverything();
}

/** Which of the switches are on. */
export function switchesOn(state: UiState): ViewSwitch[] {
  return (Object.keys(SWITCH_FIELDS) as ViewSwitch[]).filter((name) => state[SWITCH_FIELDS[name]]);
}

/** Whether a dialog is to be answered first: no command from a menu goes past it. The saved filters are none such. */
export function isDialogOpen({ dialog, question }: UiState): boolean {
  return (dialog !== null && dialog !== 'filters') || question !== null;
}

/** The parts of the state that the native menu shows. */
const SHOWN_IN_MENU = [
  ...(['status', 'tables', 'theme', 'density', 'view', 'search', 'hidden'] as const),
  ...(['connection', 'welcome', 'engine', 'nextEngine', 'acting'] as const),
] as const;

/** Whether the native menu has something new to show. */
export function isMenuAffected(state: UiState, last: UiState): boolean {
  return [...SHOWN_IN_MENU, ...Object.values(SWITCH_FIELDS)].some((name) => state[name] !== last[name]);
}

function isSwitch(command: Command): command is ViewSwitch {
  return command in SWITCH_FIELDS;
}
