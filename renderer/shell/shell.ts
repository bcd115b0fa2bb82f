import type { Command, ViewState } from '../../shared/bridge';
import type { Channel } from '../../shared/channel';
import type { CloseReport, SaveReport } from '../../shared/contract';
import type { LoadedSettings, Settings } from '../../shared/settings';

export type { Command, ViewState };

/** How the page's wire to the engine is. `message` is for a person. */
export type Connection =
  | { kind: 'connecting' }
  | { kind: 'connected' }
  | { kind: 'lost'; message: string }
  | { kind: 'refused'; message: string };

export interface ShellEvents {
  /** A fresh wire to an engine; the one before it is dead. */
  channel(channel: Channel): void;
  connection(connection: Connection): void;
  command(command: Command): void;
  /** Something that a person should know, such as that settings cannot be kept. */
  notice(text: string): void;
}

/** What surrounds the page: Electron or a browser. The page knows no other difference between them. */
export interface Shell {
  readonly kind: 'electron' | 'browser';
  /** Why nothing can be closed from here, or null where it can. Known once connected. */
  actionsRefused(): string | null;
  /** What was kept of the last run; the defaults where nothing was. Never throws. */
  loadSettings(): Promise<LoadedSettings>;
  /** Keeps the settings for the next run. Where that fails, `notice` tells once. */
  saveSettings(settings: Settings): void;
  start(events: ShellEvents): void;
  /** Asks the user in the host's own words, then closes. @throws Error with a sentence for a person */
  closeSockets(ids: string[]): Promise<CloseReport>;
  saveCsv(name: string, text: string): Promise<SaveReport>;
  copyText(text: string): Promise<void>;
  /** Tells the native menu, where there is one, what to show. */
  reportView(state: ViewState): void;
}
