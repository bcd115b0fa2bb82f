/** What Electron's preload offers the page, and what main tells it: named functions only. */
import * as v from 'valibot';
import { INTERVALS } from './contract';
import type { CloseReport, SaveReport } from './contract';
import { READING_SWITCHES } from './reading';
import { MAIN_TABLES } from './socket';

/** The scheme and host that the page is served from in Electron. */
export const APP_ORIGIN = 'app://socketscope';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** What a menu entry, a shortcut or a toolbar button can ask of the page. */
export const COMMANDS = [
  'close-connection',
  'details',
  'export-csv',
  'export-selected',
  'copy',
  'select-all',
  'find',
  'pause',
  'refresh',
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
  /** Which switches are on. */
  reading: v.pipe(v.array(v.picklist(READING_SWITCHES)), v.maxLength(READING_SWITCHES.length)),
  selected: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
});
export type ViewState = v.InferOutput<typeof viewState>;

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
  command: 'socketscope:command',
  engine: 'socketscope:engine',
  port: 'socketscope:port',
} as const;
