import { EventEmitter } from 'node:events';
import type { App } from 'electron';
import { beforeEach, expect, it, vi } from 'vitest';
import { leaveWith } from './leaving';

const dispose = vi.fn<() => Promise<void>>();
const quit = vi.fn();
let engine: { isActing: boolean; dispose: typeof dispose };
let app: EventEmitter;

beforeEach(() => {
  vi.clearAllMocks();
  dispose.mockResolvedValue();
  engine = { isActing: false, dispose };
  app = Object.assign(new EventEmitter(), { quit });
  leaveWith(app as unknown as App, engine);
});

/** What Electron asks before it ends. Returns whether it does not. */
function isPutOff(): boolean {
  const event = { preventDefault: vi.fn() };
  app.emit('before-quit', event);
  return event.preventDefault.mock.calls.length > 0;
}

it('ends at once where nothing is under way, and the engine too', () => {
  expect(isPutOff()).toBe(false);
  expect(dispose).toHaveBeenCalledOnce();
});

it('waits for the order under way to stop, and then ends', async () => {
  let left: () => void = () => undefined;
  dispose.mockReturnValue(new Promise((resolve) => (left = resolve)));
  engine.isActing = true;
  expect(isPutOff()).toBe(true);
  await Promise.resolve();
  expect(quit).not.toHaveBeenCalled();
  left();
  await vi.waitFor(() => expect(quit).toHaveBeenCalledOnce());
  expect(isPutOff()).toBe(false);
});

it('ends at once when told to a second time', () => {
  engine.isActing = true;
  expect([isPutOff(), isPutOff()]).toEqual([true, false]);
});
