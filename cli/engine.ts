import fs from 'node:fs';
import { HostDesk } from '../engine';
import type { Engine } from '../engine';
import { serveStdio } from '../remote/serveStdio';

/** From package.json, put in by the build (vite.config.ts). */
declare const __APP_VERSION__: string;

/** Standard error's file descriptor */
const STDERR = 2;

/** Serves this engine on standard input and output, and ends the program with them: exit status 0, or 2 where it refuses. */
export async function runEngine(engine: Engine): Promise<never> {
  // Only messages go there, whatever some library thinks worth a word.
  console.log = console.info = console.debug = console.error;
  // Elsewhere in this program, a reader that has gone ends it on the spot; here an order may be under way.
  process.stdout.removeAllListeners('error');
  const why = await serveStdio({
    engine,
    orders: (reply) => new HostDesk(engine, reply),
    input: process.stdin,
    output: process.stdout,
    program: __APP_VERSION__,
  });
  engine.dispose();
  if (why !== null) fs.writeSync(STDERR, `socketscope: ${why}\n`);
  // At once: what has not been read by now is for nobody.
  process.exit(why === null ? 0 : 2);
}
