import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { WebContents } from 'electron';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { IPC } from '../../shared/bridge';
import { DEFAULT_SETTINGS } from '../../shared/settings';
import { SettingsDesk } from './settingsDesk';

const electron = vi.hoisted(() => ({
  ipcMain: { handle: vi.fn(), on: vi.fn() },
  nativeTheme: { themeSource: 'system' },
  app: {},
  protocol: {},
  session: {},
}));
vi.mock('electron', () => electron);

type Listener = (event: unknown, message?: unknown) => unknown;
const mainFrame = { url: 'app://socketscope/index.html' };
const page = { mainFrame, send: vi.fn(), isDestroyed: () => false };
const own = { sender: page, senderFrame: mainFrame };
const foreign = { sender: page, senderFrame: { url: 'app://socketscope/index.html' } };

let folder: string;
let file: string;

beforeEach(() => {
  vi.clearAllMocks();
  electron.nativeTheme.themeSource = 'system';
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'socketscope-desk-'));
  file = path.join(folder, 'settings.json');
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

function open(): { desk: SettingsDesk; load: Listener; save: Listener } {
  const desk = new SettingsDesk(file);
  desk.serve(page as unknown as WebContents);
  const load = electron.ipcMain.handle.mock.calls.find(([name]) => name === IPC.loadSettings)![1] as Listener;
  const save = electron.ipcMain.on.mock.calls.find(([name]) => name === IPC.saveSettings)![1] as Listener;
  vi.clearAllMocks();
  return { desk, load, save };
}

describe('SettingsDesk', () => {
  it('hands the page what was kept, whose theme it has taken on by then', () => {
    fs.writeFileSync(file, JSON.stringify({ ...DEFAULT_SETTINGS, theme: 'dark' }));
    const { load } = open();
    expect(electron.nativeTheme.themeSource).toBe('dark');
    expect(load(own)).toEqual({ settings: { ...DEFAULT_SETTINGS, theme: 'dark' }, notice: null });
  });

  it('keeps what the page says, and of that what it knows', async () => {
    const { desk, load, save } = open();
    save(own, { ...DEFAULT_SETTINGS, fontSize: 15, reading: { commandLines: true }, evil: 'x'.repeat(1000) });
    const wanted = { ...DEFAULT_SETTINGS, fontSize: 15 };
    expect(load(own)).toEqual({ settings: wanted, notice: null }); // a page that is opened anew
    await desk.flush();
    expect(JSON.parse(fs.readFileSync(file, 'utf8'))).toEqual(wanted);
  });

  it('tells the page of a damaged file when it asks, once', () => {
    fs.writeFileSync(file, '{');
    const { load } = open();
    const answer = { settings: DEFAULT_SETTINGS, notice: expect.stringMatching(/settings\.corrupt-/) };
    expect(load(own)).toEqual(answer);
    expect(load(own)).toEqual({ settings: DEFAULT_SETTINGS, notice: null });
  });

  it('tells an open page at once', () => {
    const { desk, load } = open();
    load(own);
    desk.tell('The disk is full.');
    expect(page.send).toHaveBeenCalledExactlyOnceWith(IPC.notice, 'The disk is full.');
  });

  it('answers nobody else, and keeps nothing that is malformed', async () => {
    const { desk, load, save } = open();
    expect(() => load(foreign)).toThrow('Refused');
    save(foreign, { theme: 'dark' });
    for (const message of [undefined, null, 'dark', ['dark'], 7]) save(own, message);
    save(own, Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`field${i}`, i])));
    await desk.flush();
    expect(fs.existsSync(file)).toBe(false);
  });
});
