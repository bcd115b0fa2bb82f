import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { MenuItemConstructorOptions } from 'electron';
import type { ViewState } from '../../shared/bridge';
import { installMenu } from './menu';

const electron = vi.hoisted(() => ({
  Menu: { buildFromTemplate: vi.fn(), setApplicationMenu: vi.fn() },
  app: { isPackaged: true },
}));
vi.mock('electron', () => electron);

const VIEW: ViewState = {
  ...{ paused: false, intervalMs: 1000, theme: 'system', density: 'compact', view: 'flat' },
  tables: { tcp4: true, tcp6: true, udp4: true, udp6: true },
  ...{ switches: [], reading: [], selected: 0, possible: [] },
};

beforeEach(() => void vi.clearAllMocks());

type Item = MenuItemConstructorOptions;

function templateOf(platform: NodeJS.Platform): Item[] {
  installMenu(() => undefined, platform);
  return electron.Menu.buildFromTemplate.mock.calls.at(-1)![0] as Item[];
}

const inside = (item: Item): Item[] => (item.submenu ?? []) as Item[];

/** Each menu and what is in it, at every depth. */
function menusOf(items: Item[]): Item[][] {
  return [items, ...items.flatMap((item) => (item.submenu === undefined ? [] : menusOf(inside(item))))];
}

const quit = (template: Item[]): Item => template.flatMap(inside).find(({ role }) => role === 'quit')!;

describe('the native menu', () => {
  it('ends the program by the word of the system', () => {
    expect(quit(templateOf('win32'))).toMatchObject({ label: 'E&xit', accelerator: 'Alt+F4' });
    expect(quit(templateOf('linux')).label).toBe('&Quit');
    expect(quit(templateOf('linux'))).not.toHaveProperty('accelerator');
  });

  it('can be walked through by letters, none of which stands for two entries of a menu', () => {
    for (const platform of ['win32', 'linux'] as const) {
      const template = templateOf(platform);
      for (const { label } of template) expect(label).toMatch(/&\w/);
      for (const menu of menusOf(template)) {
        const letters = menu.flatMap(({ label }) => /&(\w)/.exec(label ?? '')?.[1]!.toLowerCase() ?? []);
        expect(letters, letters.join()).toEqual([...new Set(letters)]);
      }
    }
  });

  it('greys "ss" by what the page says is possible, whatever is selected', () => {
    const entries = new Map<string, { enabled: boolean; checked: boolean }>();
    const getMenuItemById = (id: string) => {
      if (!entries.has(id)) entries.set(id, { enabled: false, checked: false });
      return entries.get(id);
    };
    electron.Menu.buildFromTemplate.mockReturnValueOnce({ getMenuItemById });
    const menu = installMenu(() => undefined, 'win32');
    for (const possible of [[], ['copy-ss']] as const) {
      menu.show({ ...VIEW, selected: 1, possible: [...possible] });
      expect(entries.get('copy-csv')?.enabled).toBe(true);
      expect(entries.get('copy-ss')?.enabled).toBe(possible.length === 1);
    }
  });
});
