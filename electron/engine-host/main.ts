/**
 * The engine's own process (Electron's utilityProcess): FFI calls block, and a fault in native code must not take the
 * window down. Main's port brings requests for actions and, one by one, the ports of pages.
 */
import { createEngine } from '../../engine';
import { answerHost } from './answerHost';
import { portChannel } from './portChannel';

const demo = process.argv.find((arg) => arg.startsWith('--demo='))?.slice('--demo='.length) ?? null;

try {
  const engine = createEngine(demo);
  engine.start();
  process.parentPort.on('message', ({ data, ports }) => {
    const port = ports[0];
    if (port !== undefined) engine.serve(portChannel(port));
    else process.parentPort.postMessage(answerHost(engine, data));
  });
} catch (error) {
  // Told to main, which shows it: there is no use in trying again.
  process.parentPort.postMessage({ fatal: error instanceof Error ? error.message : String(error) });
}
