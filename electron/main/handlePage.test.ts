import type { BrowserWindow } from 'electron';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { IPC } from '../../shared/bridge';
import type { EngineState, ViewState } from '../../shared/bridge';
import type { OrderReport, SaveReport } from '../../shared/contract';
import type { ActionReport, Order, Preparation, ProcessIdentity } from '../../shared/orders';
import type { EngineProcess } from './engineProcess';
import { handlePage } from './handlePage';

const electron = vi.hoisted(() => ({
  clipboard: { writeText: vi.fn() },
  shell: { showItemInFolder: vi.fn() },
  dialog: { showMessageBox: vi.fn(), showSaveDialog: vi.fn() },
  ipcMain: { handle: vi.fn(), on: vi.fn() },
  nativeTheme: { themeSource: 'system' },
  app: { getFileIcon: vi.fn() },
  protocol: {},
  session: {},
}));
vi.mock('electron', () => electron);
const menu = vi.hoisted(() => ({ show: vi.fn() }));
vi.mock('./menu', () => ({ installMenu: () => menu }));
const saveFile = vi.hoisted(() => vi.fn());
vi.mock('./saveFile', () => ({ saveFile }));

type Listener = (event: unknown, message?: unknown) => unknown;

const reset = (...ids: string[]): Order => ({ action: 'reset', ids });
const ORDER = reset('a');
const LABEL = 'nginx (812)  TCP 10.0.0.5:443 → 10.0.0.9:51122';
const REPORT: ActionReport = {
  results: [{ id: 'a', outcome: 'done', label: LABEL, message: null }],
  unrecorded: null,
};
const LOCAL: EngineState = { kind: 'running', engine: { kind: 'local' } };
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
  possible: [],
};

const mainFrame = { url: 'app://socketscope/index.html' };
const webContents = { mainFrame, send: vi.fn(), postMessage: vi.fn() };
const own = { sender: webContents, senderFrame: mainFrame };
const foreign = [
  { sender: webContents, senderFrame: { url: 'app://socketscope/index.html' } },
  { sender: webContents, senderFrame: null },
  { sender: {}, senderFrame: mainFrame },
];

let preparation: Preparation;
let state: EngineState;
let stateChanged: () => void;
let destroyed: boolean;
const prepare = vi.fn<(order: Order) => Promise<Preparation>>();
const act = vi.fn<EngineProcess['act']>();
const stopActing = vi.fn<() => Promise<void>>();
const program = vi.fn<(process: ProcessIdentity) => Promise<string | null>>();
const connectPage = vi.fn();

beforeEach(() => {
  vi.clearAllMocks();
  electron.nativeTheme.themeSource = 'system';
  preparation = {
    ...{ order: ORDER, missing: [], labels: [LABEL], tree: [], cautions: [] },
    kinds: { connections: 1, listeners: 0, datagrams: 0, others: 0 },
    owners: { processes: 1, names: ['nginx'], hasUnknown: false },
  };
  state = LOCAL;
  destroyed = false;
  prepare.mockImplementation(async () => preparation);
  act.mockImplementation(async () => REPORT);
  stopActing.mockImplementation(async () => undefined);
  program.mockImplementation(async () => '/usr/sbin/nginx');
  connectPage.mockImplementation(() => (state.kind === 'running' ? { port: true } : null));
  const engine = {
    ...{ prepare, act, stopActing, program, connectPage },
    get state() {
      return state;
    },
    serving: 1,
    onState: (listener: () => void) => (stateChanged = listener),
  };
  const window = { webContents, isDestroyed: () => destroyed };
  handlePage(window as unknown as BrowserWindow, engine as unknown as EngineProcess);
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
const CONFIRM = 1;

describe('a message from elsewhere', () => {
  it.each([
    [IPC.act, { order: ORDER }],
    [IPC.stopActing, undefined],
    [IPC.showProgram, { process: { pid: 5, startedAt: 7 } }],
    [IPC.icon, { process: { pid: 5, startedAt: 7 } }],
    [IPC.save, { name: 'sockets.csv', text: '' }],
    [IPC.copy, { text: 'x' }],
    [IPC.connect, undefined],
  ])('is refused: %s', async (channel, message) => {
    for (const event of foreign) await expect(invoke(channel, message, event)).rejects.toThrow(/Refused/);
    for (const way of [prepare, act, stopActing, program]) expect(way).not.toHaveBeenCalled();
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

describe('an order', () => {
  it('is asked about, carried out, and told of as it goes on', async () => {
    answerWith(CONFIRM);
    act.mockImplementation(async (_order, onProgress) => {
      onProgress({ done: 1, total: 2 });
      destroyed = true;
      onProgress({ done: 2, total: 2 });
      return REPORT;
    });
    expect(await invoke(IPC.act, { order: ORDER })).toEqual({
      ...{ confirmed: true, report: REPORT },
    } satisfies OrderReport);
    expect(prepare).toHaveBeenCalledExactlyOnceWith(ORDER);
    expect(electron.dialog.showMessageBox).toHaveBeenCalledOnce();
    // As long as there is a window.
    expect(webContents.send.mock.calls).toEqual([[IPC.progress, { done: 1, total: 2 }]]);
  });

  it('is stopped', async () => {
    await invoke(IPC.stopActing);
    expect(stopActing).toHaveBeenCalledOnce();
  });

  it.each([
    undefined,
    null,
    'a',
    {},
    ORDER,
    { ids: ['a'] },
    { order: reset() },
    { order: { action: 'reset', ids: [1] } },
    { order: { action: 'reset', ids: 'a' } },
    { order: { action: 'reset', address: '10.0.0.5:443' } },
    { order: { action: 'kill', processes: [{ pid: 1 }] } },
    { order: { action: 'kill', pid: 1 } },
    { order: { ...ORDER, processes: [{ pid: 1, startedAt: 0 }] } },
    { order: ORDER, confirmed: true },
  ])('refuses %j', async (message) => {
    answerWith(CONFIRM);
    await expect(invoke(IPC.act, message)).rejects.toThrow(/^Refused/);
    expect(prepare).not.toHaveBeenCalled();
    expect(act).not.toHaveBeenCalled();
  });
});

describe('showing a program', () => {
  it('shows what the engine says', async () => {
    await invoke(IPC.showProgram, { process: { pid: 5, startedAt: 7 } });
    expect(program).toHaveBeenCalledExactlyOnceWith({ pid: 5, startedAt: 7 });
    expect(electron.shell.showItemInFolder).toHaveBeenCalledExactlyOnceWith('/usr/sbin/nginx');
  });

  it('never shows what a page says', async () => {
    for (const message of [
      { process: { pid: 5, startedAt: 7 }, path: '/etc' },
      { process: { pid: 5, startedAt: 7, path: '/etc' } },
      { path: '/etc' },
    ])
      await expect(invoke(IPC.showProgram, message)).rejects.toThrow(/^Refused/);
    expect(electron.shell.showItemInFolder).not.toHaveBeenCalled();
  });
});

describe('the icon of a program', () => {
  const image = { isEmpty: () => false, toDataURL: () => 'data:image/png;base64,AA' };

  it('is that of the program which the engine names', async () => {
    electron.app.getFileIcon.mockResolvedValue(image);
    program.mockResolvedValue('C:\\Windows\\notepad.exe');
    expect(await invoke(IPC.icon, { process: { pid: 5, startedAt: 7 } })).toBe('data:image/png;base64,AA');
    expect(electron.app.getFileIcon).toHaveBeenCalledExactlyOnceWith('C:\\Windows\\notepad.exe', {
      size: 'small',
    });
  });

  it('is never that of a file which a page names', async () => {
    for (const message of [
      { process: { pid: 5, startedAt: 7 }, path: 'C:\\a.exe' },
      { process: { pid: 5, startedAt: 7, path: '\\\\evil\\share' } },
      { path: 'C:\\a.exe' },
      'C:\\a.exe',
    ])
      await expect(invoke(IPC.icon, message)).rejects.toThrow(/^Refused/);
    expect(program).not.toHaveBeenCalled();
    expect(electron.app.getFileIcon).not.toHaveBeenCalled();
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

  it.each([
    ['sockets.csv', { name: 'CSV', extensions: ['csv'] }],
    ['actions.json', { name: 'JSON', extensions: ['json'] }],
  ])('offers the kind of file that the name says: %s', async (name, filter) => {
    choose('');
    await invoke(IPC.save, { name, text: '' });
    expect(electron.dialog.showSaveDialog.mock.calls[0]![1]).toMatchObject({ filters: [filter] });
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
    expect(webContents.send).toHaveBeenLastCalledWith(IPC.engine, LOCAL);
    expect(webContents.postMessage).toHaveBeenCalledExactlyOnceWith(IPC.port, null, [{ port: true }]);
    state = { kind: 'restarting' };
    stateChanged();
    expect(webContents.send).toHaveBeenLastCalledWith(IPC.engine, { kind: 'restarting' });
    expect(webContents.postMessage).toHaveBeenCalledOnce();
    state = LOCAL;
    stateChanged();
    expect(webContents.postMessage).toHaveBeenCalledTimes(2);
    destroyed = true;
    stateChanged();
    expect(webContents.postMessage).toHaveBeenCalledTimes(2);
  });
});
