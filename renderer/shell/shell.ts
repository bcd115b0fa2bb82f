import type { Command, ViewState } from '../../shared/bridge';
import type { Channel } from '../../shared/channel';
import type { EngineChoice, OrderReport, Progress, SaveReport } from '../../shared/contract';
import type { Order, ProcessIdentity } from '../../shared/orders';
import type { AskForIcon } from '../model/icons';
import type { LoadedSettings, Settings } from '../../shared/settings';

export type { Command, ViewState };

/** How the page's wire to the engine is. `message` is for a person. */
export type Connection =
  | { kind: 'connecting' }
  | { kind: 'connected' }
  /** `retryAt` (ms since 1970-01-01 UTC): when it is tried again, where that is known. */
  | { kind: 'lost'; message: string; retryAt: number | null }
  | { kind: 'refused'; message: string };

export interface ShellEvents {
  /** A fresh wire to an engine; the one before it is dead. */
  channel(channel: Channel): void;
  connection(connection: Connection): void;
  /** Which engine serves from now on, or is being reached again. */
  engine(engine: EngineChoice): void;
  command(command: Command): void;
  /** How far the order is that is being carried out: never before the user has agreed to it. */
  progress(progress: Progress): void;
  /** Something that a person should know, such as that settings cannot be kept. */
  notice(text: string): void;
}

/** What surrounds the page: Electron or a browser. The page knows no other difference between them. */
export interface Shell {
  readonly kind: 'electron' | 'browser';
  /** Why nothing can be acted upon from here, or null where it can. Known once connected. */
  actionsRefused(): string | null;
  /** Why no other engine can be chosen from here, or null where one can. */
  readonly enginesRefused: string | null;
  /** Why no program can be shown in a file manager from here, or null where one can. */
  readonly programsRefused: string | null;
  /** What was kept of the last run; the defaults where nothing was. Never throws. */
  loadSettings(): Promise<LoadedSettings>;
  /** Keeps the settings for the next run. Where that fails, `notice` tells once. */
  saveSettings(settings: Settings): void;
  start(events: ShellEvents): void;
  /** Asks the user in the host's own words, then has the order carried out. @throws Error with a sentence for a person */
  act(order: Order): Promise<OrderReport>;
  /** Ends the order under way before its next target; what has been done stays done. */
  stopActing(): Promise<void>;
  /** Lets another engine serve. @throws Error with a sentence for a person; the one before goes on then */
  useEngine(engine: EngineChoice): Promise<void>;
  /** Shows where the program of this process lies. @throws Error with a sentence for a person */
  showProgram(process: ProcessIdentity): Promise<void>;
  /** Asks for the icon of a process's program, as a data URL; null where the shell has no icons. */
  readonly icon: AskForIcon | null;
  /** @param name ends with .csv or .json */
  saveFile(name: string, text: string): Promise<SaveReport>;
  copyText(text: string): Promise<void>;
  /** Tells the native menu, where there is one, what to show. */
  reportView(state: ViewState): void;
}
