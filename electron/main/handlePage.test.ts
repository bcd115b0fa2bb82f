import type { BrowserWindow } from 'electron';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { IPC } from '../../shared/bridge';
import type { EngineState, ViewState } from '../../shared/bridge';
import type { CloseReport, SaveReport } from '../../shared/contract';
import type { SocketRow } from '../../shared/socket';
import type { EngineProcess } from './engineProcess';
import { handlePage } from './handlePage';

const electron = vi.hoisted(() => ({
  clipboard: { writeText: vi.fn() },
  dialog: { showMessageBox: vi.fn(), showSaveDialog: vi.fn() },
  ipcMain: { handle: vi.fn(), on: vi.fn() },
  nativeTheme: { themeSource: 'system' },
  app: {},
  protocol: {},
  session: {},
}));
vi.mock('electron', () => electron);
const menu = vi.hoisted(() => ({ show: vi.fn() }));
vi.mock('./menu', () => ({ installMenu: () => menu }));
const saveFile = vi.hoisted(() => vi.fn());
vi.mock('./saveFile', () => ({ saveFile }));

type Listener = (event: unknown, message?: unknown) => unknown;

const ROW: SocketRow = {
  id: 'a',
  protocol: 'tcp',
  family: 4,
  type: 'stream',
  state: 'ESTABLISHED',
  localAddress: '10.0.0.5',
  localPort: 443,
  remoteAddress: '10.0.0.9',
  remotePort: 51_122,
  dualStack: null,
  namespace: null,
  pid: 812,
  processName: 'nginx',
  processPath: null,
  processStartedAt: null,
  unit: null,
  container: null,
  user: null,
  uid: null,
  owner: 'known',
  holders: 1,
  inode: null,
  createdAt: null,
  firstSeenAt: 0,
  destroyedAt: null,
  bytesSent: null,
  bytesReceived: null,
  receiveQueue: null,
  sendQueue: null,
  rtt: null,
  retransmits: null,
  direction: null,
  interface: null,
  parentPid: null,
  parentName: null,
  commandLine: null,
};
const RESULTS = [{ id: 'a', outcome: 'closed', label: 'nginx', message: null }];
const VIEW: ViewState = {
  paused: false,
  intervalMs: 1000,
  tables: { tcp4: true, tcp6: true, udp4: true, udp6: true },
  theme: 'dark',
  density: 'normal',
  view: 'flat',
  switches: ['keep-still'],
  reading: ['unix', 'bound'],
  selected: 1,
};

const mainFrame = { url: 'app://socketscope/index.html' };
const webContents = { mainFrame, send: vi.fn(), postMessage: vi.fn() };
const own = { sender: webContents, senderFrame: mainFrame };
const foreign = [
  { sender: webContents, senderFrame: { url: 'app://socketscope/index.html' } },
  { sender: webContents, senderFrame: null },
  { sender: {}, senderFrame: mainFrame },
];

let rows: SocketRow[];
let gone: string[];
let state: EngineState;
let stateChanged: () => void;
let destroyed: boolean;
const request = vi.fn();
const connectPage = vi.fn();

beforeEach(() => {
  vi.clearAllMocks();
  electron.nativeTheme.themeSource = 'system';
  rows = [ROW];
  gone = [];
  state = { kind: 'running' };
  destroyed = false;
  request.mockImplementation(async (method: string) =>
    method === 'describe' ? { rows, gone } : { results: RESULTS },
  );
  connectPage.mockImplementation(() => (state.kind === 'running' ? { port: true } : null));
  const engine: Pick<EngineProcess, 'request' | 'connectPage' | 'state' | 'onState'> = {
    request,
    connectPage,
    get state() {
      return state;
    },
    onState: (listener) => (stateChanged = listener),
  };
  const window = { webContents, isDestroyed: () => destroyed };
  handlePage(window as unknown as BrowserWindow, engine as EngineProcess);
});

function listener(channel: string): Listener {
  const calls = [...electron.ipcMain.handle.mock.calls, ...electron.ipcMain.on.mock.calls] as [
    string,
    Listener,
  ][];
  return new Map(calls).get(channel)!;
}

/** As Electron does: whatever is thrown becomes the caller's rejection. */
const invoke = async (channel: string, message?: unknown, event: unknown = own): Promise<unknown> =>
  listener(channel)(event, message);

const answerWith = (response: number): unknown =>
  electron.dialog.showMessageBox.mockResolvedValue({ response });
const CANCEL = 0;
const CLOSE = 1;

describe('a message from elsewhere', () => {
  it.each([
    [IPC.close, { ids: ['a'] }],
    [IPC.save, { name: 'sockets.csv', text: '' }],
    [IPC.copy, { text: 'x' }],
    [IPC.connect, undefined],
  ])('is refused: %s', async (channel, message) => {
    for (const event of foreign) await expect(invoke(channel, message, event)).rejects.toThrow(/Refused/);
    expect(request).not.toHaveBeenCalled();
    expect(electron.dialog.showSaveDialog).not.toHaveBeenCalled();
    expect(electron.clipboard.writeText).not.toHaveBeenCalled();
    expect(webContents.postMessage).not.toHaveBeenCalled();
  });

  it(`is ignored: ${IPC.view}`, () => {
    for (const event of foreign) listener(IPC.view)(event, VIEW);
    expect(menu.show).not.toHaveBeenCalled();
    expect(electron.nativeTheme.themeSource).toBe('system');
  });
});

describe('closing', () => {
  it('asks in main’s words about what the engine found, with Cancel as the default', async () => {
    answerWith(CANCEL);
    expect(await invoke(IPC.close, { ids: ['a'] })).toEqual({ confirmed: false } satisfies CloseReport);
    const [, options] = electron.dialog.showMessageBox.mock.calls[0]!;
    expect(options).toMatchObject({
      message: 'Close 1 connection of nginx?',
      detail: expect.stringContaining('nginx (812)  TCP 10.0.0.5:443 → 10.0.0.9:51122'),
      buttons: ['Cancel', 'Close Connection'],
      defaultId: CANCEL,
      cancelId: CANCEL,
    });
    expect(request.mock.calls.map(([method]) => method as string)).toEqual(['describe']);
  });

  it('closes once the user agrees', async () => {
    answerWith(CLOSE);
    expect(await invoke(IPC.close, { ids: ['a'] })).toEqual({ confirmed: true, results: RESULTS });
    expect(request.mock.calls).toEqual([
      ['describe', ['a']],
      ['close', ['a']],
    ]);
  });

  it('does not ask about sockets that are all gone', async () => {
    rows = [];
    gone = ['a'];
    expect(await invoke(IPC.close, { ids: ['a'] })).toMatchObject({ confirmed: true });
    expect(electron.dialog.showMessageBox).not.toHaveBeenCalled();
  });

  it('puts one question at a time', async () => {
    let answer: (value: { response: number }) => void = () => undefined;
    electron.dialog.showMessageBox.mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
    const first = invoke(IPC.close, { ids: ['a'] });
    await vi.waitFor(() => expect(electron.dialog.showMessageBox).toHaveBeenCalled());
    await expect(invoke(IPC.close, { ids: ['b'] })).rejects.toThrow(/Another question is open/);
    answer({ response: CANCEL });
    expect(await first).toEqual({ confirmed: false });
    answerWith(CLOSE);
    expect(await invoke(IPC.close, { ids: ['b'] })).toMatchObject({ confirmed: true });
  });

  it('can ask again after the engine has failed', async () => {
    request.mockRejectedValueOnce(new Error('The engine is not running; nothing was done.'));
    await expect(invoke(IPC.close, { ids: ['a'] })).rejects.toThrow(/nothing was done/);
    answerWith(CANCEL);
    expect(await invoke(IPC.close, { ids: ['a'] })).toEqual({ confirmed: false });
  });

  it.each([
    undefined,
    null,
    'a',
    {},
    { ids: [] },
    { ids: [1] },
    { ids: 'a' },
    { ids: ['a'], confirmed: true },
  ])('refuses %j', async (message) => {
    answerWith(CLOSE);
    await expect(invoke(IPC.close, message)).rejects.toThrow(/^Refused/);
    expect(request).not.toHaveBeenCalled();
  });
});

describe('saving', () => {
  const choose = (filePath: string, canceled = false): unknown =>
    electron.dialog.showSaveDialog.mockResolvedValue({ filePath, canceled });

  it('writes where the user chose, and nowhere else', async () => {
    choose('/home/anna/my.csv');
    expect(await invoke(IPC.save, { name: 'sockets.csv', text: 'id\r\n' })).toEqual({
      saved: '/home/anna/my.csv',
    } satisfies SaveReport);
    expect(electron.dialog.showSaveDialog.mock.calls[0]![1]).toMatchObject({ defaultPath: 'sockets.csv' });
    expect(saveFile).toHaveBeenCalledExactlyOnceWith('/home/anna/my.csv', 'id\r\n');
  });

  it('writes nothing when the user cancels', async () => {
    choose('', true);
    expect(await invoke(IPC.save, { name: 'sockets.csv', text: '' })).toEqual({ saved: null });
    choose('/home/anna/my.csv', true);
    expect(await invoke(IPC.save, { name: 'sockets.csv', text: '' })).toEqual({ saved: null });
    expect(saveFile).not.toHaveBeenCalled();
  });

  it.each([
    '../sockets.csv',
    '/etc/x.csv',
    'C:\\x.csv',
    'a/b.csv',
    'sockets.exe',
    'a.csv\n.csv',
    '',
    '.csv/',
  ])('refuses %j as a name', async (name) => {
    await expect(invoke(IPC.save, { name, text: '' })).rejects.toThrow(/^Refused/);
    expect(electron.dialog.showSaveDialog).not.toHaveBeenCalled();
  });
});

describe('the rest', () => {
  it('copies text, and only text', async () => {
    await invoke(IPC.copy, { text: '10.0.0.5:443' });
    expect(electron.clipboard.writeText).toHaveBeenCalledExactlyOnceWith('10.0.0.5:443');
    await expect(invoke(IPC.copy, { text: 1 })).rejects.toThrow(/^Refused/);
  });

  it('shows the page’s state in the menu, and ignores what is malformed', () => {
    listener(IPC.view)(own, VIEW);
    expect(menu.show).toHaveBeenCalledExactlyOnceWith(VIEW);
    expect(electron.nativeTheme.themeSource).toBe('dark');
    listener(IPC.view)(own, { ...VIEW, theme: 'pink' });
    listener(IPC.view)(own, undefined);
    expect(menu.show).toHaveBeenCalledOnce();
    expect(electron.nativeTheme.themeSource).toBe('dark');
  });

  it('gives a port to a page that asks, and another after each restart', async () => {
    stateChanged();
    expect(webContents.postMessage).not.toHaveBeenCalled();
    await invoke(IPC.connect);
    expect(webContents.send).toHaveBeenLastCalledWith(IPC.engine, { kind: 'running' });
    expect(webContents.postMessage).toHaveBeenCalledExactlyOnceWith(IPC.port, null, [{ port: true }]);
    state = { kind: 'restarting' };
    stateChanged();
    expect(webContents.send).toHaveBeenLastCalledWith(IPC.engine, { kind: 'restarting' });
    expect(webContents.postMessage).toHaveBeenCalledOnce();
    state = { kind: 'running' };
    stateChanged();
    expect(webContents.postMessage).toHaveBeenCalledTimes(2);
    destroyed = true;
    stateChanged();
    expect(webContents.postMessage).toHaveBeenCalledTimes(2);
  });
});
