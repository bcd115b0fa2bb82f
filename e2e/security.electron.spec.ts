import type { PageBridge } from '../shared/bridge';
import type { ElectronSubject } from './support/electronSubject';
import { connectPair, expect, rowOf, search, test } from './support/fixtures';

type BridgedWindow = Window & { socketscope: PageBridge };

/** Talks to the engine on a fresh page port of its own, as a hostile script in the page would. */
async function onPagePort(
  subject: ElectronSubject,
  messages: unknown[],
): Promise<{ type: string; message?: string }[]> {
  return subject.page.evaluate(async (toSend) => {
    const port = await new Promise<MessagePort>((resolve) => {
      const take = (event: MessageEvent): void => {
        if (event.ports[0] !== undefined) resolve(event.ports[0]);
      };
      window.addEventListener('message', take);
      void (window as unknown as BridgedWindow).socketscope.connect();
    });
    const answers: { type: string; message?: string }[] = [];
    // The page listens on this port too, and has its snapshot over it.
    port.addEventListener('message', (event) => {
      const answer = event.data as { type: string; message?: string };
      if (!['welcome', 'snapshot', 'diff'].includes(answer.type)) answers.push(answer);
    });
    port.start();
    for (const message of toSend) port.postMessage(message);
    while (answers.length < toSend.length) await new Promise((resolve) => setTimeout(resolve, 20));
    return answers;
  }, messages);
}

test('actions and malformed messages on the page’s port are refused and change nothing', async ({
  open,
  program,
}) => {
  const pair = await connectPair(await program(), await program(), '127.0.0.1');
  const subject = (await open()) as ElectronSubject;
  await search(subject.page, `127.0.0.1:${pair.clientPort}`);
  const row = rowOf(subject.page, pair.clientPort, pair.serverPort);
  const id = await row.getAttribute('data-id');
  const hostile = [
    { type: 'act', order: { action: 'reset', ids: [id] } },
    { method: 'act', request: 1, order: { action: 'reset', ids: [id] }, origin: 'window' },
    { type: 'confirm', nonce: '0'.repeat(32) },
    { type: 'polling', intervalMs: 1, paused: false },
    { type: 'ack', seq: -1 },
    'close',
    null,
    [[]],
  ];
  const answers = await onPagePort(subject, hostile);
  expect(answers.map(({ type }) => type)).toEqual(hostile.map(() => 'refused'));
  expect(answers[3]!.message).toContain('intervalMs');
  await pair.client.ask({ do: 'send', id: pair.connected, bytes: 1 }, 'sent');
  await expect(row).toHaveCount(1);
});

test('malformed requests to main are refused, naming the field', async ({ open }) => {
  const { page } = await open();
  const refusals = await page.evaluate(async () => {
    const bridge = (window as unknown as BridgedWindow).socketscope as unknown as Record<
      string,
      (...args: unknown[]) => Promise<unknown>
    >;
    const attempts: [string, unknown[]][] = [
      ['act', [{ action: 'reset', ids: [] }]],
      ['saveFile', ['../../etc/passwd', 'x']],
      ['act', [{ action: 'reset', ids: '1-2' }]],
      ['act', [{ action: 'reset', ids: [{ pid: 1 }] }]],
      ['act', [{ action: 'reset', ids: new Array(50_001).fill('1-2') }]],
      ['act', [{ action: 'reset', processes: [{ pid: 1, startedAt: 1 }] }]],
      ['act', [{ action: 'kill', processes: [{ pid: 1 }] }]],
      ['act', [{ action: 'kill', processes: [{ pid: -1, startedAt: 1 }] }]],
      ['act', [{ action: 'SIGKILL', processes: [{ pid: 1, startedAt: 1 }] }]],
      ['useEngine', [{ kind: 'remote', host: '-oProxyCommand=reboot' }]],
      ['useEngine', [{ kind: 'elevated', namespaces: false, program: '/bin/sh' }]],
      ['showProgram', ['/bin/sh']],
      ['icon', ['\\\\server\\share\\program.exe']],
      ['saveFile', ['a.csv', 7]],
      ['copyText', [{}]],
    ];
    return Promise.all(
      attempts.map(([name, args]) => bridge[name]!(...args).then(String, (error: Error) => error.message)),
    );
  });
  for (const refusal of refusals) expect(refusal).toContain('Refused');
  expect(refusals[0]).toContain('"order.ids"');
  expect(refusals[1]).toContain('"name"');
});

test('main listens to nobody but its own page', async ({ open, program }) => {
  const pair = await connectPair(await program(), await program(), '127.0.0.1');
  const subject = (await open()) as ElectronSubject;
  await search(subject.page, `127.0.0.1:${pair.clientPort}`);
  const id = await rowOf(subject.page, pair.clientPort, pair.serverPort).getAttribute('data-id');
  // A window with the same preload and another content, such as one that an intruder managed to open.
  const answer = await subject.app.evaluate(async ({ BrowserWindow, app }, socket) => {
    const window = new BrowserWindow({
      show: false,
      webPreferences: { preload: `${app.getAppPath()}/dist/electron/preload.cjs`, sandbox: true },
    });
    await window.loadURL('data:text/html,<p>foreign</p>');
    const order = JSON.stringify({ action: 'reset', ids: [socket] });
    const code = `socketscope.act(${order}).then(() => 'done', (error) => error.message)`;
    return window.webContents.executeJavaScript(code) as Promise<string>;
  }, id);
  expect(answer).toContain('does not come from the page');
  await pair.client.ask({ do: 'send', id: pair.connected, bytes: 1 }, 'sent');
});

test('the page can be reloaded, also after it has crashed', async ({ open }) => {
  const subject = (await open()) as ElectronSubject;
  const { app, page } = subject;
  await expect(page.locator('#grid [data-id]').first()).toBeVisible();
  await page.evaluate(() => {
    document.title = 'before';
    window.location.reload();
  });
  await expect(page).toHaveTitle(/^SocketScope/);
  await expect(page.locator('#grid [data-id]').first()).toBeVisible();
  await app.evaluate(({ BrowserWindow }) => {
    const { webContents } = BrowserWindow.getAllWindows()[0]!;
    return new Promise<void>((resolve) => {
      webContents.once('did-finish-load', () => resolve());
      webContents.forcefullyCrashRenderer();
    });
  });
  const rowsShown = (): Promise<number> =>
    app.evaluate(
      ({ BrowserWindow }) =>
        BrowserWindow.getAllWindows()[0]!.webContents.executeJavaScript(
          "document.querySelectorAll('#grid [data-id]').length",
        ) as Promise<number>,
    );
  await expect.poll(rowsShown).toBeGreaterThan(0);
});

test('the page is sandboxed, keeps to its policy, and cannot go elsewhere', async ({ open }) => {
  const subject = (await open()) as ElectronSubject;
  const { page } = subject;
  const violations: string[] = [];
  page.on('console', (message) => violations.push(message.text()));
  await expect(page.locator('#grid')).toBeVisible();
  expect(
    await page.evaluate(() => [
      typeof (globalThis as { require?: unknown }).require,
      typeof (globalThis as { process?: unknown }).process,
    ]),
  ).toEqual(['undefined', 'undefined']);
  expect(
    await page.evaluate(() => Object.keys((window as unknown as BridgedWindow).socketscope).sort()),
  ).toEqual([
    ...['act', 'connect', 'copyText', 'hasIcons', 'icon', 'loadSettings'],
    ...['onCommand', 'onEngine', 'onNotice', 'onProgress'],
    ...['reportView', 'saveFile', 'saveSettings', 'showProgram', 'stopActing', 'useEngine'],
  ]);
  const policy = await page.evaluate(async () =>
    (await fetch('./index.html')).headers.get('content-security-policy'),
  );
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self'");
  // Scrolling writes styles through the CSSOM: that is within the policy, and nothing was reported so far.
  expect(violations).toEqual([]);

  expect(await page.evaluate(() => window.open('https://example.invalid/'))).toBeNull();
  await page.evaluate(() => {
    window.location.href = 'https://example.invalid/';
  });
  await page.waitForTimeout(300);
  expect(page.url()).toBe('app://socketscope/index.html');
  expect(await page.evaluate(() => fetch('https://example.invalid/').then(String, () => 'blocked'))).toBe(
    'blocked',
  );
  expect(await page.evaluate(() => fetch('./../../../package.json').then(({ status }) => status))).toBe(404);
  expect(await page.evaluate(() => fetch('./%2e%2e/%2e%2e/package.json').then(({ status }) => status))).toBe(
    404,
  );
  expect(await page.evaluate(() => Notification.requestPermission())).toBe('denied');
  expect(
    await page.evaluate(() =>
      navigator.permissions.query({ name: 'geolocation' }).then(({ state }) => state),
    ),
  ).toBe('denied');
  const inline = await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.injected = true';
    document.body.append(script);
    return (window as { injected?: boolean }).injected ?? false;
  });
  expect(inline).toBe(false);
  expect(violations.some((text) => text.includes('Content Security Policy'))).toBe(true);
});
