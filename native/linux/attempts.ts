/** What comes of acting on something. */
import type { Attempt } from '../backend';

export const DONE: Attempt = { outcome: 'done', message: null };
export const GONE: Attempt = { outcome: 'gone', message: null };

export function refused(message: string): Attempt {
  return { outcome: 'refused', message };
}

export function failed(message: string): Attempt {
  return { outcome: 'failed', message };
}
