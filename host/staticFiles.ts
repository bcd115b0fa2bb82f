import fs from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { pipeline } from 'node:stream';
import { contentType, pageHeaders } from '../shared/pageSecurity';

/** Serves the built page. Its files are public (they hold no data); a path cannot leave the folder. */
export function serveFile(root: string, request: IncomingMessage, response: ServerResponse): void {
  const headers = { ...pageHeaders('browser'), 'cache-control': 'no-cache' };
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { ...headers, allow: 'GET, HEAD' }).end('Only GET is served here.\n');
    return;
  }
  const file = resolveInside(root, request.url ?? '/');
  if (file === null) {
    response.writeHead(404, headers).end('There is no such file.\n');
    return;
  }
  response.writeHead(200, { ...headers, 'content-type': contentType(file) });
  if (request.method === 'HEAD') response.end();
  // Closes the file also where the reader leaves early, and the connection where the file cannot be read.
  else pipeline(fs.createReadStream(file), response, () => undefined);
}

/** The regular file under `root` that a URL's path names, or null where there is none. */
export function resolveInside(root: string, url: string): string | null {
  let pathname: string;
  try {
    pathname = decodeURIComponent(new URL(url, 'http://localhost').pathname);
  } catch {
    return null;
  }
  if (pathname.includes('\0')) return null;
  const file = path.join(root, pathname === '/' ? 'index.html' : pathname);
  const relative = path.relative(root, file);
  if (relative.startsWith('..') || path.isAbsolute(relative)) return null;
  try {
    return fs.statSync(file).isFile() ? file : null;
  } catch {
    return null;
  }
}
