import { EventEmitter } from 'node:events';
import type { BrowserWindow } from 'electron';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { IPC } from '../../shared/bridge';
import type { EngineState } from '../../shared/bridge';
import { handleEngine, titleOf } from './handleEngine';

const electron = vi.hoisted(() => ({ ipcMain: { handle: vi.fn() }, app: {}, protocol: {}, session: {} }));
vi.mock('electron', () => electron);

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
  handleEngine(window as unknown as BrowserWindow, {
    get state() {
      return state;
    },
    onState: (listener) => (changed = listener),
    useEngine,
  });
});

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
