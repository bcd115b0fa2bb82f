/** What Electron's preload offers the page, and what main tells it: named functions only. */
import * as v from 'valibot';
import { INTERVALS } from './contract';
import type { EngineChoice, OrderReport, Progress, SaveReport } from './contract';
import type { Order, ProcessIdentity } from './orders';
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
  'close-gracefully',
  'close-shown',
  'end-process',
  'kill-process',
  'suspend-process',
  'resume-process',
  'show-program',
  'action-log',
  'elevate',
  'connect-to',
  'connect-local',
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

/** Commands that are not possible at all times, which the native menu greys then: what acts on rows, and on the engine; and ss, a program of Linux. */
export const GUARDED_COMMANDS = [
  'close-connection',
  'close-gracefully',
  'close-shown',
  'end-process',
  'kill-process',
  'suspend-process',
  'resume-process',
  'show-program',
  'copy-ss',
  'elevate',
  'connect-to',
  'connect-local',
] as const satisfies readonly Command[];
export type GuardedCommand = (typeof GUARDED_COMMANDS)[number];

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
  /** Which of the guarded commands are possible now */
  possible: v.pipe(v.array(v.picklist(GUARDED_COMMANDS)), v.maxLength(GUARDED_COMMANDS.length)),
});
export type ViewState = v.InferOutput<typeof viewState>;

/** Settings as the page hands them to main, which keeps of them what makes sense (`parseSettings`). */
export const settingsMessage = v.pipe(
  v.unknown(),
  v.check((given) => !Array.isArray(given), 'a list'),
  v.record(v.string(), v.unknown()),
  v.check((given) => Object.keys(given).length <= 100, 'too many fields'),
);

/**
 * How the engine is, as main sees it. `engine` is the one that serves, or that is being reached again; `lost` tells of one
 * on the other end of a wire that broke, and when it is tried again (ms since 1970-01-01 UTC).
 */
export type EngineState =
  | { kind: 'running'; engine: EngineChoice }
  | { kind: 'restarting' }
  | { kind: 'lost'; engine: EngineChoice; message: string; retryAt: number }
  | { kind: 'failed'; message: string };

/** The window message with which the preload passes a port on to the page. */
export const PORT_MESSAGE = 'socketscope:port';

export interface PageBridge {
  /** Asks for a port to the engine; it arrives as a {@link PORT_MESSAGE}, and anew whenever the engine was restarted. */
  connect(): Promise<void>;
  /** Main tells the user in its own words what the order would hit, and has it carried out if the user agrees. */
  act(order: Order): Promise<OrderReport>;
  /** Ends the batch under way before its next target. */
  stopActing(): Promise<void>;
  onProgress(listener: (progress: Progress) => void): void;
  /** Lets another engine serve the pages. @throws Error with a sentence; the one before goes on then */
  useEngine(engine: EngineChoice): Promise<void>;
  /** Shows where the program of this process lies, in the system's file manager. @throws Error with a sentence */
  showProgram(process: ProcessIdentity): Promise<void>;
  /** Whether the system draws icons of programs */
  readonly hasIcons: boolean;
  /** The icon of the program of this process as a data URL; null where there is none. */
  icon(process: ProcessIdentity): Promise<string | null>;
  /** Main asks where to save. */
  saveFile(name: string, text: string): Promise<SaveReport>;
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
  act: 'socketscope:act',
  stopActing: 'socketscope:stop-acting',
  progress: 'socketscope:progress',
  useEngine: 'socketscope:use-engine',
  showProgram: 'socketscope:show-program',
  icon: 'socketscope:icon',
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
