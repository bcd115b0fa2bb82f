import fs from 'node:fs';
import type { Socket } from 'node:net';
import { HostDesk } from '../engine';
import type { Engine } from '../engine';
import { connectPipe } from '../remote/pipeClient';
import { isNonce, isPipeName, pipePath } from '../remote/pipeNames';
import { serveStdio } from '../remote/serveStdio';
import { UsageError } from './usage';

/** From package.json, put in by the build (vite.config.ts). */
declare const __APP_VERSION__: string;

/** Standard error's file descriptor */
const STDERR = 2;

/** The two ways to an engine of this program's. */
export type EngineWire = { kind: 'stdio' } | { kind: 'pipe'; name: string; nonce: string };

/**
 * How the client is to be reached, from the command line.
 * @throws UsageError
 */
export function engineWire(
  flags: Record<string, string | boolean | undefined>,
  platform: NodeJS.Platform = process.platform,
): EngineWire {
  const { stdio, pipe, nonce } = flags;
  if (stdio === true && pipe === undefined && nonce === undefined) return { kind: 'stdio' };
  if (stdio === true || typeof pipe !== 'string' || typeof nonce !== 'string')
    throw new UsageError(
      'engine is for other programs: engine --stdio, or engine --pipe NAME --nonce NONCE.',
    );
  if (platform !== 'win32') throw new UsageError('--pipe is for Windows.');
  // A name, and no path: what is on another machine, or is no pipe at all, cannot be said.
  if (!isPipeName(pipe)) throw new UsageError('--pipe takes the name that the window’s process made up.');
  if (!isNonce(nonce)) throw new UsageError('--nonce takes 64 hexadecimal digits.');
  return { kind: 'pipe', name: pipe, nonce };
}

/** Serves this engine to the one client that started it, and ends the program with it: exit status 0, or 2 where it refuses. */
export async function runEngine(engine: Engine, wire: EngineWire): Promise<never> {
  // Only messages go there, whatever some library thinks worth a word.
  console.log = console.info = console.debug = console.error;
  // Elsewhere in this program, a reader that has gone ends it on the spot; here an order may be under way.
  process.stdout.removeAllListeners('error');
  const [input, output] =
    wire.kind === 'stdio'
      ? [process.stdin, process.stdout]
      : both(await connectPipe(pipePath(wire.name), wire.nonce));
  const why = await serveStdio({
    engine,
    orders: (reply) => new HostDesk(engine, reply),
    input,
    output,
    program: __APP_VERSION__,
  });
  engine.dispose();
  if (why !== null) fs.writeSync(STDERR, `socketscope: ${why}\n`);
  // At once: what has not been read by now is for nobody.
  process.exit(why === null ? 0 : 2);
}

const both = (socket: Socket): [Socket, Socket] => [socket, socket];
