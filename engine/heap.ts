import v8 from 'node:v8';

/**
 * Keeps V8's young generation at its initial size of 1 MB. It would grow to 16 MB and more, for a program that makes much and
 * keeps little: the engine does so once a second, and has the time to collect it in smaller portions.
 */
export function keepHeapSmall(): void {
  v8.setFlagsFromString('--semi-space-growth-factor=1');
}
