/** What Electron's preload offers the page, and what main tells it: named functions only. */
import * as v from 'valibot';
import { INTERVALS } from './contract';
import type { CloseReport, SaveReport } from './contract';
import { READING_SWITCHES } from './reading';
import { COLUMN_PRESETS, DENSITIES, THEMES, VIEWS } from './settings';
import type { LoadedSettings, Settings } from './settings';
import { MAIN_TABLES } from './socket';

/** The scheme and host that the page is served from in Electron. */
export const APP_ORIGIN = 'app://socketscope';

/** What the selected rows can be copied as, besides plain text. */
export const COPY_FORMATS = ['csv', 'json', 'markdown', 'ss'] as const;
export type CopyFormat = (typeof COPY_FORMATS)[number];

/** Switches of the page's own that the native menu shows. */
export const VIEW_SWITCHES = ['keep-still', 'resolve-names', 'port-names'] as const;
export type ViewSwitch = (typeof VIEW_SWITCHES)[number];

/** What a menu entry, a shortcut or a toolbar button can ask of the page. */
export const COMMANDS = [
  'close-connection',
  'details',
  'export-csv',
  'export-selected',
  'copy',
  'copy-cell',
  ...COPY_FORMATS.map((format) => `copy-${format}` as const),
  'select-all',
  'find',
  'clear-filter',
  'filters',
  'pause',
  'refresh',
  'columns',
  'settings',
  'shortcuts',
  ...VIEW_SWITCHES,
  ...VIEWS.map((view) => `view-${view}` as const),
  ...DENSITIES.map((density) => `density-${density}` as const),
  ...COLUMN_PRESETS.map((preset) => `preset-${preset}` as const),
  ...INTERVALS.map((ms) => `interval-${ms}` as const),
  ...MAIN_TABLES.map((table) => `toggle-${table}` as const),
  ...READING_SWITCHES.map((name) => `read-${name}` as const),
  ...THEMES.map((theme) => `theme-${theme}` as const),
] as const;
export type Command = (typeof COMMANDS)[number];

/** What the native menu shows of the page's state. */
export const viewState = v.strictObject({
  paused: v.boolean(),
  intervalMs: v.picklist(INTERVALS),
  tables: v.strictObject({ tcp4: v.boolean(), tcp6: v.boolean(), udp4: v.boolean(), udp6: v.boolean() }),
  theme: v.picklist(THEMES),
  density: v.picklist(DENSITIES),
  view: v.picklist(VIEWS),
  /** Which of the page's own switches are on. */
  switches: v.pipe(v.array(v.picklist(VIEW_SWITCHES)), v.maxLength(VIEW_SWITCHES.length)),
  /** Which switches are on. */
  reading: v.pipe(v.array(v.picklist(READING_SWITCHES)), v.maxLength(READING_SWITCHES.length)),
  selected: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
});
export type ViewState = v.InferOutput<typeof viewState>;

/** Settings as the page hands them to main, which keeps of them what makes sense (`parseSettings`). */
export const settingsMessage = v.pipe(
  v.unknown(),
  v.check((given) => !Array.isArray(given), 'a list'),
  v.record(v.string(), v.unknown()),
  v.check((given) => Object.keys(given).length <= 100, 'too many fields'),
);

/** How the engine is, as main sees it. */
export type EngineState = { kind: 'running' } | { kind: 'restarting' } | { kind: 'failed'; message: string };

/** The window message with which the preload passes a port on to the page. */
export const PORT_MESSAGE = 'socketscope:port';

export interface PageBridge {
  /** Asks for a port to the engine; it arrives as a {@link PORT_MESSAGE}, and anew whenever the engine was restarted. */
  connect(): Promise<void>;
  /** Main describes the sockets to the user, and closes them if the user agrees. */
  closeSockets(ids: string[]): Promise<CloseReport>;
  /** Main asks where to save. */
  saveCsv(name: string, text: string): Promise<SaveReport>;
  copyText(text: string): Promise<void>;
  reportView(state: ViewState): void;
  /** What was kept of the last run. */
  loadSettings(): Promise<LoadedSettings>;
  /** Main writes them down a moment later, and tells by {@link onNotice} where it cannot. */
  saveSettings(settings: Settings): void;
  onNotice(listener: (text: string) => void): void;
  onCommand(listener: (command: Command) => void): void;
  onEngine(listener: (state: EngineState) => void): void;
}

/** Names of the messages between preload and main. */
export const IPC = {
  connect: 'socketscope:connect',
  close: 'socketscope:close',
  save: 'socketscope:save',
  copy: 'socketscope:copy',
  view: 'socketscope:view',
  loadSettings: 'socketscope:load-settings',
  saveSettings: 'socketscope:save-settings',
  notice: 'socketscope:notice',
  command: 'socketscope:command',
  engine: 'socketscope:engine',
  port: 'socketscope:port',
} as const;
