import { app, Menu } from 'electron';
import type { MenuItemConstructorOptions } from 'electron';
import type { Command, ViewState } from '../../shared/bridge';
import { THEMES } from '../../shared/bridge';
import { INTERVALS } from '../../shared/contract';
import { READING_SWITCHES, switchTitle } from '../../shared/reading';
import { MAIN_TABLES, tableTitle } from '../../shared/socket';

export interface AppMenu {
  /** Brings checks and greyed entries in line with the page. */
  show(state: ViewState): void;
}

/** Installs the native menu. Every entry that concerns the grid is a command to the page. */
export function installMenu(send: (command: Command) => void): AppMenu {
  const item = (
    label: string,
    command: Command,
    accelerator?: string,
    more: MenuItemConstructorOptions = {},
  ): MenuItemConstructorOptions => ({
    id: command,
    label,
    click: () => send(command),
    ...(accelerator === undefined ? {} : { accelerator }),
    ...more,
  });
  // These keys belong to the page, where a text field may have the focus; the menu only names them.
  const shown = { registerAccelerator: false };

  const menu = Menu.buildFromTemplate([
    {
      label: '&File',
      submenu: [
        item('Export &CSV…', 'export-csv', 'CmdOrCtrl+S'),
        item('Export &Selected to CSV…', 'export-selected', 'CmdOrCtrl+Shift+S', { enabled: false }),
        { type: 'separator' },
        { role: 'quit' },
      ],
    },
    {
      label: '&Edit',
      submenu: [
        item('&Copy', 'copy', 'CmdOrCtrl+C', { ...shown, enabled: false }),
        item('Select &All', 'select-all', 'CmdOrCtrl+A', shown),
        { type: 'separator' },
        item('&Find', 'find', 'CmdOrCtrl+F'),
      ],
    },
    {
      label: '&View',
      submenu: [
        item('&Pause', 'pause', 'CmdOrCtrl+P', { type: 'checkbox' }),
        item('&Refresh Now', 'refresh', 'F5'),
        {
          label: 'Update &Every',
          submenu: INTERVALS.map((ms) => item(seconds(ms), `interval-${ms}`, undefined, { type: 'radio' })),
        },
        { type: 'separator' },
        ...MAIN_TABLES.map((table) =>
          item(tableTitle(table), `toggle-${table}`, undefined, {
            type: 'checkbox',
          }),
        ),
        {
          label: '&More Sockets',
          submenu: READING_SWITCHES.map((name) =>
            item(switchTitle(name), `read-${name}`, undefined, { type: 'checkbox' }),
          ),
        },
        { type: 'separator' },
        {
          label: '&Theme',
          submenu: THEMES.map((theme) =>
            item(theme[0]!.toUpperCase() + theme.slice(1), `theme-${theme}`, undefined, { type: 'radio' }),
          ),
        },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'resetZoom' },
        ...(app.isPackaged ? [] : ([{ type: 'separator' }, { role: 'toggleDevTools' }] as const)),
      ],
    },
    {
      label: '&Connection',
      submenu: [
        item('&Close Connection…', 'close-connection', 'Delete', { ...shown, enabled: false }),
        item('&Properties…', 'details', 'Enter', { ...shown, enabled: false }),
      ],
    },
    { label: '&Help', role: 'help', submenu: [{ role: 'about' }] },
  ]);
  Menu.setApplicationMenu(menu);

  const check = (command: Command, checked: boolean): void => {
    const entry = menu.getMenuItemById(command);
    if (entry !== null) entry.checked = checked;
  };
  return {
    show: (state) => {
      check('pause', state.paused);
      for (const ms of INTERVALS) if (ms === state.intervalMs) check(`interval-${ms}`, true);
      for (const table of MAIN_TABLES) check(`toggle-${table}`, state.tables[table]);
      for (const name of READING_SWITCHES) check(`read-${name}`, state.reading.includes(name));
      check(`theme-${state.theme}`, true);
      for (const command of ['close-connection', 'details', 'export-selected', 'copy'] as const) {
        const entry = menu.getMenuItemById(command);
        if (entry !== null) entry.enabled = state.selected > 0;
      }
    },
  };
}

function seconds(ms: number): string {
  return ms === 1000 ? '1 second' : `${ms / 1000} seconds`;
}
