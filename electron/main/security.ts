/** Electron's security checklist, as far as main is concerned. */
import fs from 'node:fs/promises';
import path from 'node:path';
import { app, protocol, session } from 'electron';
import type { IpcMainEvent, IpcMainInvokeEvent, WebContents } from 'electron';
import { APP_ORIGIN } from '../../shared/bridge';
import { contentType, pageHeaders } from '../../shared/pageSecurity';

const { protocol: SCHEME, host: HOST } = new URL(APP_ORIGIN);

export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME.replace(':', ''), privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** Serves the built page as `app://socketscope/…`; a path cannot leave `root`. */
export function serveApp(root: string): void {
  protocol.handle(SCHEME.replace(':', ''), async (request) => {
    const headers = pageHeaders('electron');
    const file = fileOf(root, request.url);
    if (file === null || request.method !== 'GET') return new Response('Not here.', { status: 404, headers });
    try {
      const body = await fs.readFile(file);
      return new Response(new Uint8Array(body), {
        headers: { ...headers, 'content-type': contentType(file) },
      });
    } catch {
      return new Response('There is no such file.', { status: 404, headers });
    }
  });
}

/** The path under `root` that an `app://` URL names, or null where it is another host's or leaves the folder. */
export function fileOf(root: string, url: string): string | null {
  try {
    const { host, pathname } = new URL(url);
    const name = decodeURIComponent(pathname);
    if (host !== HOST || name.includes('\0')) return null;
    const file = path.join(root, name === '/' ? 'index.html' : name);
    const relative = path.relative(root, file);
    return relative.startsWith('..') || path.isAbsolute(relative) ? null : file;
  } catch {
    return null;
  }
}

/** Refuses every permission, every request to anywhere else, and every way to another page. */
export function lockDown(): void {
  const own = session.defaultSession;
  own.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  own.setPermissionCheckHandler(() => false);
  own.setDevicePermissionHandler(() => false);
  own.webRequest.onBeforeRequest((details, answer) => {
    const allowed =
      isOwnUrl(details.url) || details.url.startsWith('devtools://') || details.url.startsWith('data:');
    answer({ cancel: !allowed });
  });
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', (event) => {
      if (event.url !== contents.getURL() || !isOwnUrl(event.url)) event.preventDefault(); // a reload is no way out
    });
    contents.on('will-redirect', (event) => event.preventDefault());
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  });
}

function isOwnUrl(url: string): boolean {
  return url.startsWith(`${APP_ORIGIN}/`);
}

/** Whether a message comes from our own page in its main frame: the only sender main listens to. */
export function isOwnPage(
  event: Pick<IpcMainEvent | IpcMainInvokeEvent, 'sender' | 'senderFrame'>,
  contents: Pick<WebContents, 'mainFrame'>,
): boolean {
  const frame = event.senderFrame;
  return frame !== null && event.sender === contents && frame === contents.mainFrame && isOwnUrl(frame.url);
}
