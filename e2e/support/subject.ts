import type { Page } from '@playwright/test';

export interface OpenOptions {
  /** Invented sockets instead of this machine's. */
  demo?: string;
  colorScheme?: 'light' | 'dark';
  size?: { width: number; height: number };
}

/** The product as a test uses it, whichever shell it runs in. */
export interface Subject {
  readonly page: Page;
  /** Answers the question that the next closing asks, and returns what was asked. */
  answerQuestion(yes: boolean, meanwhile?: () => Promise<void>): Promise<{ message: string; detail: string }>;
  /** Does something that saves a file, and returns what was saved. */
  savedBy(action: () => Promise<void>): Promise<string>;
  /** Kills the engine with SIGKILL; whatever the product needs from outside to come back is done too. */
  killEngine(): Promise<void>;
  /** What the product has put on the clipboard. */
  clipboard(): Promise<string>;
  close(): Promise<void>;
}
