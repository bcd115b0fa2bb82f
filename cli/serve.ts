import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import open from 'open';
import type { Engine } from '../engine';
import { startBrowserHost } from '../host/browserHost';
import { UsageError } from './usage';

export interface ServeOptions {
  port: number;
  tokenFile: string | undefined;
  allowActions: boolean;
  open: boolean;
}

/** The page that `npm run build` puts beside this program. */
const PAGE_ROOT = fileURLToPath(new URL('../renderer', import.meta.url));
const SHORTEST_TOKEN = 16;

/** Serves the page until SIGINT, SIGTERM or SIGHUP. */
export async function serve(engine: Engine, options: ServeOptions): Promise<void> {
  if (!fs.existsSync(`${PAGE_ROOT}/index.html`)) {
    throw new Error('The page is not built. Run: npm run build');
  }
  const token = readToken(options.tokenFile);
  // From here on: whoever has read the address may end the program at once.
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
  engine.start();
  const host = await startBrowserHost({
    engine,
    pageRoot: PAGE_ROOT,
    port: options.port,
    token,
    allowActions: options.allowActions,
  }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE')
      throw new Error(`Port ${options.port} is in use. Choose another with --port.`);
    if (error.code === 'EACCES')
      throw new Error(`Port ${options.port} needs root. Choose one above 1023 with --port.`);
    throw error;
  });
  // A token that the user gave is the user's to pass on; it is not repeated where logs may keep it.
  const shown = token === undefined ? host.url : host.url.replace(/=.*/, '=<your token>');
  process.stdout.write(`SocketScope is running at ${shown}\n`);
  process.stdout.write(
    options.allowActions
      ? 'The page may close sockets, and end, kill and suspend processes (--allow-actions).\n'
      : 'It only shows; --allow-actions lets the page close sockets, and end, kill and suspend processes.\n',
  );
  const forget = options.open ? await openBrowser(host.url) : null;
  await stopped;
  forget?.();
  await host.close();
}

/** From a file or the environment, never from an argument: everybody can read those. */
function readToken(file: string | undefined): string | undefined {
  if (file === undefined) {
    const token = process.env['SOCKETSCOPE_TOKEN'];
    return token === undefined || token === '' ? undefined : checkToken(token, 'SOCKETSCOPE_TOKEN');
  }
  try {
    const token = checkToken(fs.readFileSync(file, 'utf8').trim(), file);
    if (process.getuid !== undefined && (fs.statSync(file).mode & 0o077) !== 0) {
      process.stderr.write(`socketscope: other users can read ${file}. Better: chmod 600 ${file}\n`);
    }
    return token;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`The token file cannot be read: ${(error as Error).message}`);
  }
}

function checkToken(token: string, source: string): string {
  if (!/^[\w.~-]+$/.test(token) || token.length < SHORTEST_TOKEN) {
    throw new UsageError(
      `The token in ${source} must be ${SHORTEST_TOKEN} or more letters, digits, or any of . _ ~ -`,
    );
  }
  return token;
}

/**
 * Opens the address through a file that only this user can read: as an argument of the browser's, everybody could read the
 * token. Where there is no browser, the address has been printed; that is enough. Returns the way to remove the file.
 */
async function openBrowser(url: string): Promise<() => void> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'socketscope-'));
  const file = path.join(folder, 'open.html');
  const page = `<!doctype html><meta http-equiv="refresh" content="0; url=${url}"><title>SocketScope</title>`;
  fs.writeFileSync(file, page, { mode: 0o600 });
  try {
    const opener = await open(file);
    opener.on('error', () => undefined);
  } catch {
    process.stdout.write('No browser could be started; open the address yourself.\n');
  }
  return () => fs.rmSync(folder, { recursive: true, force: true });
}
