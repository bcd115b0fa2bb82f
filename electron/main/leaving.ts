/** How the app ends: not in the middle of an order. */
import type { App } from 'electron';
import type { EngineProcess } from './engineProcess';

/** Puts off the app's end, once, until the order under way has stopped and is on record. */
export function leaveWith(
  app: Pick<App, 'on' | 'quit'>,
  engine: Pick<EngineProcess, 'isActing' | 'dispose'>,
): void {
  let isLeaving = false;
  app.on('before-quit', (event) => {
    const isPutOff = engine.isActing && !isLeaving;
    isLeaving = true;
    const left = engine.dispose();
    if (!isPutOff) return;
    event.preventDefault();
    void left.then(() => app.quit());
  });
}
