import type { Page } from '@playwright/test';

export interface OpenOptions {
  /** Invented sockets instead of this machine's. */
  demo?: string;
  colorScheme?: 'light' | 'dark';
  size?: { width: number; height: number };
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
   * Gets ready to answer the next question (before whatever brings it about); `asked` resolves with what it was, once it
   * has been answered. `meanwhile` is what happens while the user thinks.
   */
  answerNext(yes: boolean, meanwhile?: () => Promise<void>): Promise<{ asked: Promise<Asked> }>;
  /** Does something that saves a file, and returns what was saved. */
  savedBy(action: () => Promise<void>): Promise<string>;
  /** Kills the engine with SIGKILL; whatever the product needs from outside to come back is done too. */
  killEngine(): Promise<void>;
  /** What the product has put on the clipboard. */
  clipboard(): Promise<string>;
  close(): Promise<void>;
}
