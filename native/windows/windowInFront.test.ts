import { describe, expect, it } from 'vitest';
import { FakeLibraries } from './fixtures/fakeLibraries';
import type { Libraries } from './libraries';
import { windowInFront } from './runAs';

/** A desktop with this window in front, which is this process's. */
function desktop(window: number, pid: number): Libraries {
  return new FakeLibraries({
    GetForegroundWindow: () => window,
    GetWindowThreadProcessId: (_window: bigint, at: Buffer) => at.writeUInt32LE(pid),
  });
}

describe('windowInFront', () => {
  it('is the one that the user has just clicked in, where it is ours', () => {
    expect(windowInFront([40, 41], desktop(7, 41))).toBe(7n);
  });

  it('is none where it is another program’s, or there is none', () => {
    expect(windowInFront([40], desktop(7, 41))).toBe(0n);
    expect(windowInFront([40], desktop(0, 0))).toBe(0n);
  });
});
