import { app, Menu } from 'electron';
import type { MenuItemConstructorOptions } from 'electron';
import { COPY_FORMATS, GUARDED_COMMANDS, VIEW_SWITCHES } from '../../shared/bridge';
import type { Command, CopyFormat, ViewState } from '../../shared/bridge';
import { INTERVALS } from '../../shared/contract';
import { READING_SWITCHES, switchTitle } from '../../shared/reading';
import { COLUMN_PRESETS, DENSITIES, THEMES, VIEWS } from '../../shared/settings';
import type { ColumnPreset, Theme, View } from '../../shared/settings';
import { shortcutFor } from '../../shared/shortcuts';
import { MAIN_TABLES, tableTitle } from '../../shared/socket';

const COPY_TITLES: Record<CopyFormat, string> = {
  csv: '&CSV',
  json: '&JSON',
  markdown: '&Markdown Table',
  ss: '&ss Command',
};
const VIEW_TITLES: Record<View, string> = {
  flat: 'All &Sockets',
  process: '&By Process',
  host: 'By Remote &Host',
  service: 'By Ser&vice',
  listeners: '&Listeners and Accepted',
};
const PRESET_TITLES: Record<ColumnPreset, string> = {
  tcpview: 'As in &TCPView',
  listeners: '&Listeners',
  traffic: 'T&raffic',
  everything: '&Everything',
};
const THEME_TITLES: Record<Theme, string> = {
  system: '&System',
  light: '&Light',
  dark: '&Dark',
  contrast: 'High &Contrast',
};
/** What needs a selected row, and nothing else. */
const OF_SELECTED: readonly Command[] = [
  'details',
  'export-selected',
  'copy',
  'copy-cell',
  ...COPY_FORMATS.filter((format) => format !== 'ss').map((format) => `copy-${format}` as const),
];

export interface AppMenu {
  /** Brings checks and greyed entries in line with the page. */
  show(state: ViewState): void;
}

/**
 * Installs the native menu. Every entry that concerns the grid is a command to the page. The letter behind `&` is the one that
 * chooses an entry while Alt shows them, on Windows and Linux.
 */
export function installMenu(
  send: (command: Command) => void,
  platform: NodeJS.Platform = process.platform,
): AppMenu {
  const item = (
    label: string,
    command: Command,
    more: MenuItemConstructorOptions = {},
  ): MenuItemConstructorOptions => ({
    id: command,
    label,
    click: () => send(command),
    ...keyOfItem(command),
    ...more,
  });
  const selected = { enabled: false };
  const guarded = { enabled: false };
  const check = { type: 'checkbox' } as const;
  const radio = { type: 'radio' } as const;
  const separator = { type: 'separator' } as const;

  const menu = Menu.buildFromTemplate([
    {
      label: '&File',
      submenu: [
        item('Export &CSV…', 'export-csv'),
        item('Export &Selected to CSV…', 'export-selected', selected),
        separator,
        item('C&onnect To…', 'connect-to', guarded),
        item('&Back to This Machine', 'connect-local', guarded),
        item('Restart Engine as &Administrator…', 'elevate', guarded),
        separator,
        item('Action &Log…', 'action-log'),
        item('Se&ttings…', 'settings'),
        separator,
        quitItem(platform),
      ],
    },
    {
      label: '&Edit',
      submenu: [
        item('&Copy', 'copy', selected),
        item('Copy C&ell', 'copy-cell', selected),
        {
          label: 'Cop&y As',
          submenu: COPY_FORMATS.map((format) => item(COPY_TITLES[format], `copy-${format}`, selected)),
        },
        item('Select &All', 'select-all'),
        separator,
        item('&Find', 'find'),
        item('C&lear Filter', 'clear-filter'),
        item('&Saved Filters…', 'filters'),
      ],
    },
    {
      label: '&View',
      submenu: [
        item('&Pause', 'pause', check),
        item('&Refresh Now', 'refresh'),
        {
          label: 'Update &Every',
          submenu: INTERVALS.map((ms) => item(seconds(ms), `interval-${ms}`, radio)),
        },
        item('&Keep Still', 'keep-still', check),
        separator,
        ...VIEWS.map((view) => item(VIEW_TITLES[view], `view-${view}`, radio)),
        separator,
        ...MAIN_TABLES.map((table) => item(tableTitle(table), `toggle-${table}`, check)),
        {
          label: '&More Sockets',
          submenu: READING_SWITCHES.map((name) => item(switchTitle(name), `read-${name}`, check)),
        },
        separator,
        item('Look &Up Host Names', 'resolve-names', check),
        item('Port &Names', 'port-names', check),
        {
          label: '&Columns',
          submenu: [
            ...COLUMN_PRESETS.map((preset) => item(PRESET_TITLES[preset], `preset-${preset}`)),
            separator,
            item('&Choose…', 'columns'),
          ],
        },
        {
          label: '&Density',
          submenu: DENSITIES.map((density) => item(capital(density), `density-${density}`, radio)),
        },
        {
          label: '&Theme',
          submenu: THEMES.map((theme) => item(THEME_TITLES[theme], `theme-${theme}`, radio)),
        },
        { role: 'zoomIn', label: 'Zoom &In' },
        { role: 'zoomOut', label: 'Zoom &Out' },
        { role: 'resetZoom', label: '&Actual Size' },
        ...(app.isPackaged ? [] : ([separator, { role: 'toggleDevTools' }] as const)),
      ],
    },
    {
      label: '&Connection',
      submenu: [
        item('&Reset Connection…', 'close-connection', guarded),
        item('Close &Gracefully…', 'close-gracefully', guarded),
        item('Reset E&verything Shown…', 'close-shown', guarded),
        separator,
        item('&Properties…', 'details', selected),
      ],
    },
    {
      label: '&Process',
      submenu: [
        item('&End Process…', 'end-process', guarded),
        item('End Process &Now…', 'kill-process', guarded),
        separator,
        item('&Suspend Process', 'suspend-process', guarded),
        item('&Resume Process', 'resume-process', guarded),
        separator,
        item('&Open File Location', 'show-program', guarded),
      ],
    },
    {
      label: '&Help',
      role: 'help',
      submenu: [
        item('&Keyboard Shortcuts', 'shortcuts'),
        separator,
        { role: 'about', label: '&About SocketScope' },
      ],
    },
  ]);
  Menu.setApplicationMenu(menu);

  const mark = (command: Command, checked: boolean): void => {
    const entry = menu.getMenuItemById(command);
    if (entry !== null) entry.checked = checked;
  };
  return {
    show: (state) => {
      mark('pause', state.paused);
      for (const ms of INTERVALS) if (ms === state.intervalMs) mark(`interval-${ms}`, true);
      for (const table of MAIN_TABLES) mark(`toggle-${table}`, state.tables[table]);
      for (const name of READING_SWITCHES) mark(`read-${name}`, state.reading.includes(name));
      for (const name of VIEW_SWITCHES) mark(name, state.switches.includes(name));
      mark(`view-${state.view}`, true);
      mark(`density-${state.density}`, true);
      mark(`theme-${state.theme}`, true);
      for (const command of OF_SELECTED) {
        const entry = menu.getMenuItemById(command);
        if (entry !== null) entry.enabled = state.selected > 0;
      }
      for (const command of GUARDED_COMMANDS) {
        const entry = menu.getMenuItemById(command);
        if (entry !== null) entry.enabled = state.possible.includes(command);
      }
    },
  };
}

/** Windows says Exit, and closes a window by Alt+F4 without anybody's help. */
function quitItem(platform: NodeJS.Platform): MenuItemConstructorOptions {
  return platform === 'win32'
    ? { role: 'quit', label: 'E&xit', accelerator: 'Alt+F4', registerAccelerator: false }
    : { role: 'quit', label: '&Quit' };
}

/** Keys that type or edit where a text field has the focus belong to the page; the menu only names them. */
function keyOfItem(command: Command): MenuItemConstructorOptions {
  const shortcut = shortcutFor(command);
  if (shortcut === null) return {};
  return {
    accelerator: shortcut.keys[0],
    ...(shortcut.where === 'window' ? {} : { registerAccelerator: false }),
  };
}

function capital(name: string): string {
  return name[0]!.toUpperCase() + name.slice(1);
}

function seconds(ms: number): string {
  return ms === 1000 ? '1 second' : `${ms / 1000} seconds`;
}
