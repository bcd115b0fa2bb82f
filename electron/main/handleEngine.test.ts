import { EventEmitter } from 'node:events';
import type { BrowserWindow } from 'electron';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { IPC } from '../../shared/bridge';
import type { EngineState } from '../../shared/bridge';
import { handleEngine, titleOf } from './handleEngine';

const electron = vi.hoisted(() => ({
  ...{ ipcMain: { handle: vi.fn() }, dialog: { showMessageBox: vi.fn() } },
  ...{ app: {}, protocol: {}, session: {} },
}));
vi.mock('electron', () => electron);

const SERVER = { kind: 'remote', host: 'ops@server' } as const;
const mainFrame = { url: 'app://socketscope/index.html' };
const webContents = { mainFrame };
const own = { sender: webContents, senderFrame: mainFrame };
const useEngine = vi.fn(() => Promise.resolve());
const setTitle = vi.fn();
let window: EventEmitter;
let state: EngineState;
let changed: () => void;

beforeEach(() => {
  vi.clearAllMocks();
  window = Object.assign(new EventEmitter(), { webContents, setTitle, isDestroyed: () => false });
  state = { kind: 'running', engine: { kind: 'local' } };
  answerWith(CONFIRM);
  handle(false);
});

function handle(isDemo: boolean): void {
  electron.ipcMain.handle.mockClear();
  const engine: Parameters<typeof handleEngine>[1] = {
    get state() {
      return state;
    },
    onState: (listener) => (changed = listener),
    useEngine,
  };
  handleEngine(window as unknown as BrowserWindow, engine, { isDemo });
}

const CANCEL = 0;
const CONFIRM = 1;
function answerWith(response: number): void {
  electron.dialog.showMessageBox.mockReset().mockResolvedValue({ response });
}
const questions = (): { message: string; detail: string }[] =>
  electron.dialog.showMessageBox.mock.calls.map(
    ([, options]) => options as { message: string; detail: string },
  );

/** What the page says. */
function say(message: unknown, event: object = own): unknown {
  const [channel, listener] = electron.ipcMain.handle.mock.calls[0] as [
    string,
    (event: object, message: unknown) => unknown,
  ];
  expect(channel).toBe(IPC.useEngine);
  return listener(event, message);
}

describe('handleEngine', () => {
  it.each([
    { kind: 'local' },
    { kind: 'elevated', namespaces: true },
    { kind: 'remote', host: 'ops@server' },
  ])('has the engine of the page’s choice serve: %j', async (engine) => {
    await say({ engine });
    expect(useEngine).toHaveBeenCalledExactlyOnceWith(engine);
  });

  it('passes on why it cannot be had', async () => {
    useEngine.mockRejectedValueOnce(new Error('said no'));
    await expect(say({ engine: { kind: 'local' } })).rejects.toThrow('said no');
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['an unknown kind', { engine: { kind: 'root' } }],
    ['an option in the host’s place', { engine: { kind: 'remote', host: '-oProxyCommand=id' } }],
    ['a shell’s text', { engine: { kind: 'remote', host: 'server;id' } }],
    ['no host', { engine: { kind: 'remote' } }],
    ['a program to run', { engine: { kind: 'elevated', namespaces: false, program: '/bin/sh' } }],
    ['a program to run there', { engine: { kind: 'remote', host: 'server', program: 'sh' } }],
    ['a field too many', { engine: { kind: 'local' }, force: true }],
  ])('refuses %s', (_name, message) => {
    expect(() => say(message)).toThrow(/^Refused: "/);
    expect(useEngine).not.toHaveBeenCalled();
  });

  it.each<[string, object]>([
    ['another window', { sender: {}, senderFrame: mainFrame }],
    ['a frame within', { sender: webContents, senderFrame: { url: mainFrame.url } }],
    ['another page', { sender: webContents, senderFrame: { url: 'https://example.org/' } }],
    ['nobody', { sender: webContents, senderFrame: null }],
  ])('does not listen to %s', (_name, event) => {
    expect(() => say({ engine: { kind: 'local' } }, event)).toThrow('does not come from the page');
    expect(useEngine).not.toHaveBeenCalled();
  });

  it('asks nobody for this machine’s own engine, nor for one that polkit asks for', async () => {
    await say({ engine: { kind: 'local' } });
    await say({ engine: { kind: 'elevated', namespaces: false } });
    expect([useEngine.mock.calls.length, questions()]).toEqual([2, []]);
  });

  it('connects to no machine that the user has not agreed to, once in a run', async () => {
    answerWith(CANCEL);
    await expect(say({ engine: SERVER })).rejects.toThrow('Not connected: nobody agreed to it.');
    expect(useEngine).not.toHaveBeenCalled();
    expect(electron.dialog.showMessageBox.mock.calls[0]![1]).toMatchObject({
      message: 'Connect to ops@server by ssh?',
      buttons: ['Cancel', 'Connect'],
      defaultId: CANCEL,
      cancelId: CANCEL,
    });
    answerWith(CONFIRM);
    await say({ engine: SERVER });
    await say({ engine: SERVER });
    expect([useEngine.mock.calls.length, questions().length]).toEqual([2, 1]);
    await say({ engine: { kind: 'remote', host: 'root@server' } });
    expect(questions().at(-1)!.message).toBe('Connect to root@server by ssh?');
  });

  it('names the right that is asked for besides, each time', async () => {
    answerWith(CANCEL);
    const choice = { kind: 'elevated', namespaces: true } as const;
    await expect(say({ engine: choice })).rejects.toThrow('nobody agreed');
    expect(useEngine).not.toHaveBeenCalled();
    expect(`${questions()[0]!.message} ${questions()[0]!.detail}`).toMatch(
      /network namespaces.*CAP_SYS_ADMIN/,
    );
    answerWith(CONFIRM);
    await say({ engine: choice });
    await say({ engine: choice });
    expect([useEngine.mock.calls.length, questions().length]).toEqual([2, 2]);
    // The page gives up another choice by it.
    state = { kind: 'running', engine: choice };
    await say({ engine: choice });
    expect([useEngine.mock.calls.length, questions().length]).toEqual([3, 2]);
  });

  it('asks one question at a time', async () => {
    let answer: (value: { response: number }) => void = () => undefined;
    electron.dialog.showMessageBox.mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
    const first = say({ engine: SERVER });
    await expect(say({ engine: { kind: 'remote', host: 'other' } })).rejects.toThrow(
      'Another question is open',
    );
    answer({ response: CONFIRM });
    await first;
    expect(questions()).toHaveLength(1);
    expect(useEngine).toHaveBeenCalledExactlyOnceWith(SERVER);
  });

  it('leads from a demonstration to nothing real, and does not ask', async () => {
    handle(true);
    for (const engine of [SERVER, { kind: 'elevated', namespaces: true }])
      await expect(say({ engine })).rejects.toThrow('A demonstration has no other engines.');
    expect([useEngine.mock.calls, questions()]).toEqual([[], []]);
    await say({ engine: { kind: 'local' } });
    expect(useEngine).toHaveBeenCalledOnce();
  });

  it('says in the title whose sockets they are, whatever the page calls itself', () => {
    state = { kind: 'running', engine: { kind: 'remote', host: 'server' } };
    changed();
    expect(setTitle).toHaveBeenCalledWith('server – SocketScope');
    const event = { preventDefault: vi.fn() };
    window.emit('page-title-updated', event);
    expect(event.preventDefault).toHaveBeenCalled();
  });

  it.each<[EngineState, string]>([
    [{ kind: 'running', engine: { kind: 'local' } }, 'SocketScope'],
    [{ kind: 'running', engine: { kind: 'elevated', namespaces: false } }, 'SocketScope (administrator)'],
    [
      { kind: 'lost', engine: { kind: 'remote', host: 'server' }, message: '', retryAt: 0 },
      'server (connection lost) – SocketScope',
    ],
    [{ kind: 'restarting' }, 'SocketScope'],
    [{ kind: 'failed', message: '' }, 'SocketScope'],
  ])('%j is %s', (state, title) => expect(titleOf(state)).toBe(title));
});
