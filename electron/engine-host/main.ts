/**
 * The engine's own process (Electron's utilityProcess): FFI calls block, and a fault in native code must not take the
 * window down. Main's port brings orders, choices of the engine and, one by one, the ports of pages.
 */
import { createEngine, HostDesk, systemClock } from '../../engine';
import { hostOrder, LEAVE, parse } from '../../shared/contract';
import type { Addressed, HostNews, HostReply } from '../../shared/contract';
import { elevationOf, elsewhere } from './elsewhere';
import { EngineSwitch } from './engineSwitch';
import type { LocalEngine } from './engineSwitch';
import { portChannel } from './portChannel';

const demo = process.argv.find((arg) => arg.startsWith('--demo='))?.slice('--demo='.length) ?? null;

const tell = (message: HostNews | HostReply): void => process.parentPort.postMessage(message);

function startLocal(reply: (reply: HostReply) => void): LocalEngine {
  const engine = createEngine(demo);
  engine.start();
  return {
    serve: (channel) => engine.serve(channel),
    orders: new HostDesk(engine, reply),
    dispose: () => engine.dispose(),
  };
}

async function choose(engines: EngineSwitch, message: unknown): Promise<void> {
  const { choose: choice, mayAsk, request } = parse(hostOrder, message);
  try {
    await engines.choose(choice, mayAsk);
    tell({ chosen: request, problem: null });
  } catch (error) {
    tell({ chosen: request, problem: error instanceof Error ? error.message : String(error) });
  }
}

// Ctrl+C on a terminal reaches every process there: main says when it is time to leave.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);

try {
  const engines = new EngineSwitch({
    startLocal,
    startElsewhere: elsewhere(elevationOf(process.argv), process.env),
    tell,
    clock: systemClock,
  });
  process.parentPort.on('message', ({ data, ports }) => {
    const port = ports[0];
    if (port !== undefined) engines.connectPage(portChannel(port));
    else if (isChoice(data)) void choose(engines, data);
    else if (data === LEAVE) void engines.dispose().finally(() => process.exit(0));
    else engines.receive(data as Addressed);
  });
} catch (error) {
  // Told to main, which shows it: there is no use in trying again.
  tell({ fatal: error instanceof Error ? error.message : String(error) });
}

function isChoice(message: unknown): boolean {
  return typeof message === 'object' && message !== null && 'choose' in message;
}
