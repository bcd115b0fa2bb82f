/** What comes of acting on something. */
import type { Attempt } from './backend';

export const DONE: Attempt = { outcome: 'done', message: null };
export const GONE: Attempt = { outcome: 'gone', message: null };

export function refused(message: string): Attempt {
  return { outcome: 'refused', message };
}

export function failed(message: string): Attempt {
  return { outcome: 'failed', message };
}

/** Of a process that was to end, where the waiting was broken off. */
export function unwaited(action: 'terminate' | 'kill'): Attempt {
  return failed(
    action === 'kill'
      ? 'Was killed; its end was not waited for.'
      : 'Was asked to end, and was not waited for.',
  );
}

/** Of a process that was asked to end. */
export const STILL_RUNNING = failed('Was asked to end, and is still running. End Process Now forces it.');
