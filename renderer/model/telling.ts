/** How commands say what they have come to. */
import { ui } from './uiStore';
import type { Notice } from './uiStore';

export function tell(kind: Notice['kind'], text: string): void {
  ui.set({ notice: { kind, text } });
}

/** Shows what went wrong, in words; nothing else is lost by it. Returns whether all went well. */
export async function attempt(action: () => Promise<unknown>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (error) {
    tell('error', reasonOf(error));
    return false;
  }
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** `sockets-2026-11-21-140312.csv`, in local time. */
export function fileName(what: string, ending: 'csv' | 'json'): string {
  const now = new Date();
  const two = (value: number): string => String(value).padStart(2, '0');
  const date = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  return `${what}-${date}-${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}.${ending}`;
}
