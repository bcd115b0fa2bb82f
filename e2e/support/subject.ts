import type { Page } from '@playwright/test';

export interface OpenOptions {
  /** Invented sockets instead of this machine's. */
  demo?: string;
  colorScheme?: 'light' | 'dark';
  size?: { width: number; height: number };
  /** With the pseudo-locale, which only the browser host can be asked for. */
  pseudo?: boolean;
}

/** What the user was asked. */
export interface Asked {
  message: string;
  detail: string;
}

/** The product as a test uses it, whichever shell it runs in. */
export interface Subject {
  readonly page: Page;
  /**
   * Presses keys as somebody at the keyboard does, where a native menu may see to them: `Ctrl+Shift+L`. What Playwright's
   * own keyboard presses goes past a native menu.
   */
  press(keys: string): Promise<void>;
  /**
   * Gets ready to answer the next question (before whatever brings it about); `asked` resolves with what it was, once it
   * has been answered. `meanwhile` is what happens while the user thinks.
   */
  answerNext(yes: boolean, meanwhile?: () => Promise<void>): Promise<{ asked: Promise<Asked> }>;
  /** Does something that saves a file, and returns what was saved. */
  savedBy(action: () => Promise<void>): Promise<string>;
  /**
   * Kills the engine with SIGKILL; whatever the product needs from outside to come back is done too. `meanwhile` is what
   * happens before that; where the product needs nothing, it may come back at any time.
   */
  killEngine(meanwhile?: () => Promise<void>): Promise<void>;
  /**
   * Ends the product and starts it again with what it has kept. Returns its new page, which is `page` from then on.
   * `settings` is put in the place of those that were kept.
   */
  restart(settings?: string): Promise<Page>;
  /** What the product has put on the clipboard. */
  clipboard(): Promise<string>;
  close(): Promise<void>;
}
