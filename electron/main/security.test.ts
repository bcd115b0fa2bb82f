import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { IpcMainInvokeEvent, WebContents } from 'electron';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { fileOf, isOwnPage, lockDown, registerAppScheme, serveApp } from './security';

type Handler = (request: { url: string; method: string }) => Promise<Response>;
type RequestFilter = (details: { url: string }, answer: (verdict: { cancel: boolean }) => void) => void;
type ContentsListener = (event: unknown, contents: unknown) => void;

const electron = vi.hoisted(() => ({
  app: { on: vi.fn() },
  protocol: { registerSchemesAsPrivileged: vi.fn(), handle: vi.fn() },
  session: {
    defaultSession: {
      setPermissionRequestHandler: vi.fn(),
      setPermissionCheckHandler: vi.fn(),
      setDevicePermissionHandler: vi.fn(),
      webRequest: { onBeforeRequest: vi.fn() },
    },
  },
}));
vi.mock('electron', () => electron);

let folder: string;
let root: string;

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'socketscope-app-'));
  root = path.join(folder, 'renderer');
  fs.mkdirSync(path.join(root, 'assets'), { recursive: true });
  fs.mkdirSync(path.join(folder, 'renderer-of-others'));
  fs.writeFileSync(path.join(root, 'index.html'), '<title>SocketScope</title>');
  fs.writeFileSync(path.join(root, 'assets', 'a b.js'), 'public');
  fs.writeFileSync(path.join(folder, 'secret.txt'), 'secret');
  fs.writeFileSync(path.join(folder, 'renderer-of-others', 'secret.txt'), 'secret');
});

beforeEach(() => vi.clearAllMocks());

afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

describe('fileOf', () => {
  it.each([
    ['app://socketscope/', 'index.html'],
    ['app://socketscope/index.html', 'index.html'],
    ['app://socketscope/assets/a%20b.js', 'assets/a b.js'],
    ['app://socketscope/assets/x.js?v=1#top', 'assets/x.js'],
    ['app://socketscope/%61ssets/x.js', 'assets/x.js'],
    ['app://socketscope/assets/../index.html', 'index.html'],
    ['app://socketscope/../../index.html', 'index.html'],
  ])('finds %s', (url, file) => {
    expect(fileOf(root, url)).toBe(path.join(root, file));
  });

  it.each([
    ['another host', 'app://evil/index.html'],
    ['a longer host', 'app://socketscope.evil/index.html'],
    ['the host as a user', 'app://socketscope@evil/index.html'],
    ['a port', 'app://socketscope:80/index.html'],
    ['no host', 'app:///index.html'],
    ['no host at all', 'app:index.html'],
    ['an encoded way out', 'app://socketscope/..%2fsecret.txt'],
    ['a fully encoded way out', 'app://socketscope/%2e%2e%2fsecret.txt'],
    ['a deep way out', 'app://socketscope/assets%2f..%2f..%2fsecret.txt'],
    ['a neighbour of the same beginning', 'app://socketscope/..%2frenderer-of-others%2fsecret.txt'],
    ['NUL', 'app://socketscope/index.html%00.js'],
    ['half an escape', 'app://socketscope/%'],
    ['overlong UTF-8', 'app://socketscope/%c0%ae%c0%ae/secret.txt'],
    ['no URL', 'index.html'],
    ['nothing', ''],
  ])('finds nothing for %s', (_name, url) => {
    expect(fileOf(root, url)).toBeNull();
  });

  it('never leaves the folder, however the way out is spelled', () => {
    const piece = fc.constantFrom(
      '..',
      '%2e%2e',
      '.%2E',
      '%252e%252e',
      '/',
      '//',
      '%2f',
      '%5c',
      '\\',
      'assets',
      'secret.txt',
      'renderer-of-others',
      'index.html',
      'C:',
      encodeURIComponent(folder),
      folder,
      '@',
      '?',
    );
    const url = fc.array(piece, { maxLength: 8 }).map((pieces) => `app://socketscope/${pieces.join('')}`);
    fc.assert(
      fc.property(url, (candidate) => {
        const file = fileOf(root, candidate);
        if (file !== null)
          expect(`${path.resolve(file)}${path.sep}`.startsWith(`${root}${path.sep}`)).toBe(true);
      }),
      { numRuns: 3000, examples: [['app://socketscope/..%2frenderer-of-others']] },
    );
  });
});

describe('isOwnPage', () => {
  const frame = (url: string): object => ({ url });
  const mainFrame = frame('app://socketscope/index.html');
  const contents = { mainFrame };

  const accepts = (sender: unknown, senderFrame: unknown, own: unknown = contents): boolean =>
    isOwnPage({ sender, senderFrame } as IpcMainInvokeEvent, own as WebContents);

  it('is the main frame of the window, showing our page', () => {
    expect(accepts(contents, mainFrame)).toBe(true);
  });

  it('is no sub-frame, even of our own origin', () => {
    expect(accepts(contents, frame('app://socketscope/index.html'))).toBe(false);
  });

  it('is no other window, even one that shows our page', () => {
    const other = { mainFrame: frame('app://socketscope/index.html') };
    expect(accepts(other, other.mainFrame)).toBe(false);
    expect(accepts(other, mainFrame)).toBe(false);
  });

  it('is no frame that has gone', () => {
    expect(accepts(contents, null)).toBe(false);
    const going = { mainFrame: null };
    expect(accepts(going, null, going)).toBe(false);
  });

  it.each([
    'app://socketscope.evil/index.html',
    'app://socketscope.evil/',
    'app://socketscope@evil/',
    'app://socketscope:80/index.html',
    'app://socketscope',
    'app://evil/app://socketscope/',
    'https://socketscope/index.html',
    'https://evil.example/?app://socketscope/',
    'file:///app://socketscope/',
    'about:blank',
    'data:text/html,app://socketscope/',
    '',
  ])('is not %s', (url) => {
    const elsewhere = { mainFrame: frame(url) };
    expect(accepts(elsewhere, elsewhere.mainFrame, elsewhere)).toBe(false);
  });
});

describe('the app scheme', () => {
  function handler(): Handler {
    serveApp(root);
    expect(electron.protocol.handle).toHaveBeenCalledWith('app', expect.any(Function));
    return electron.protocol.handle.mock.calls[0]![1] as Handler;
  }

  it('is a standard, secure one, without more privileges than it needs', () => {
    registerAppScheme();
    expect(electron.protocol.registerSchemesAsPrivileged).toHaveBeenCalledWith([
      { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
    ]);
  });

  it('serves the page with its policy', async () => {
    const answer = await handler()({ url: 'app://socketscope/index.html', method: 'GET' });
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe('<title>SocketScope</title>');
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy.split('; ')).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "script-src 'self'",
        "connect-src 'self'",
        "form-action 'none'",
      ]),
    );
    expect(policy).not.toContain('unsafe');
  });

  it.each([
    ['a missing file', 'GET', '/missing.js'],
    ['a folder', 'GET', '/assets'],
    ['a way out', 'GET', '/..%2fsecret.txt'],
    ['another method', 'POST', '/index.html'],
  ])('answers %s with 404, under the policy as well', async (_name, method, target) => {
    const answer = await handler()({ url: `app://socketscope${target}`, method });
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await answer.text()).not.toMatch(/secret|SocketScope/);
  });
});

describe('lockDown', () => {
  const own = electron.session.defaultSession;

  it('refuses every permission', () => {
    lockDown();
    const answer = vi.fn();
    own.setPermissionRequestHandler.mock.calls[0]![0](null, 'clipboard-read', answer);
    expect(answer).toHaveBeenCalledExactlyOnceWith(false);
    expect(own.setPermissionCheckHandler.mock.calls[0]![0](null, 'media')).toBe(false);
    expect(own.setDevicePermissionHandler.mock.calls[0]![0]({})).toBe(false);
  });

  it.each([
    ['app://socketscope/assets/app.js', true],
    ['data:image/png;base64,AAAA', true],
    ['devtools://devtools/bundled/inspector.html', true],
    ['app://socketscope.evil/app.js', false],
    ['https://example.com/', false],
    ['http://127.0.0.1/', false],
    ['ws://127.0.0.1:9222/', false],
    ['file:///etc/passwd', false],
    ['blob:null/1', false],
    ['ftp://example.com/', false],
  ])('lets the page ask for %s: %s', (url, allowed) => {
    lockDown();
    const answer = vi.fn();
    (own.webRequest.onBeforeRequest.mock.calls[0]![0] as RequestFilter)({ url }, answer);
    expect(answer).toHaveBeenCalledExactlyOnceWith({ cancel: !allowed });
  });

  it('refuses every way to another page, but not a reload', () => {
    lockDown();
    const page = 'app://socketscope/index.html';
    const contents = { on: vi.fn(), setWindowOpenHandler: vi.fn(), getURL: () => page };
    const [event, created] = electron.app.on.mock.calls[0] as [string, ContentsListener];
    expect(event).toBe('web-contents-created');
    created({}, contents);
    const listeners = new Map(contents.on.mock.calls as [string, (event: unknown) => void][]);
    for (const name of ['will-navigate', 'will-redirect', 'will-attach-webview']) {
      const preventDefault = vi.fn();
      listeners.get(name)?.({ preventDefault, url: 'app://socketscope/other.html' });
      expect(preventDefault, name).toHaveBeenCalledOnce();
    }
    const reload = { preventDefault: vi.fn(), url: page };
    listeners.get('will-navigate')?.(reload);
    expect(reload.preventDefault).not.toHaveBeenCalled();
    expect(contents.setWindowOpenHandler.mock.calls[0]![0]({ url: 'app://socketscope/' })).toEqual({
      action: 'deny',
    });
  });
});
