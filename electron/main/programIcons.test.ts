import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { EngineState } from '../../shared/bridge';
import type { ProcessIdentity } from '../../shared/orders';
import { isOnDrive, ProgramIcons } from './programIcons';
import type { Draw } from './programIcons';

const PROCESS: ProcessIdentity = { pid: 4180, startedAt: 1_700_000_000_000 };
const CHROME = 'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe';
const URL = 'data:image/png;base64,AAAA';

let path: string | null;
let state: EngineState;
let serving: number;
const program = vi.fn<(process: ProcessIdentity) => Promise<string | null>>();
const draw = vi.fn<Draw>();
let icons: ProgramIcons;

beforeEach(() => {
  vi.resetAllMocks();
  path = CHROME;
  state = { kind: 'running', engine: { kind: 'local' } };
  serving = 1;
  program.mockImplementation(async () => path);
  draw.mockImplementation(async () => ({ isEmpty: () => false, toDataURL: () => URL }));
  const engine = {
    program,
    get state() {
      return state;
    },
    get serving() {
      return serving;
    },
  };
  icons = new ProgramIcons(engine, draw);
});

describe('isOnDrive', () => {
  it.each([
    CHROME,
    'c:\\windows\\system32\\svchost.exe',
    'D:\\a.exe',
    'C:\\Program Files (x86)\\Ä & Ö\\it’s [1].exe',
  ])('accepts %s', (file) => expect(isOnDrive(file)).toBe(true));

  it.each([
    '\\\\server\\share\\a.exe',
    '\\\\?\\C:\\a.exe',
    '\\\\.\\PhysicalDrive0',
    '\\??\\C:\\a.exe',
    '//server/share/a.exe',
    'C:\\\\server\\share',
    'C:/windows/a.exe',
    'C:a.exe',
    'a.exe',
    'C:\\a.exe:stream',
    'C:\\a?.exe',
    '\\Device\\HarddiskVolume3\\a.exe',
    '/usr/bin/nginx',
    'file:///C:/a.exe',
    ' C:\\a.exe',
    '',
    'C:\\a\u0000.exe',
    'C:\\a\n.exe',
  ])('refuses %j', (file) => expect(isOnDrive(file)).toBe(false));
});

describe('an icon', () => {
  it('is drawn of the program that the engine names', async () => {
    expect(await icons.of(PROCESS)).toBe(URL);
    expect(program).toHaveBeenCalledExactlyOnceWith(PROCESS);
    expect(draw).toHaveBeenCalledExactlyOnceWith(CHROME);
  });

  it('is drawn once for each program, whatever the case of its path', async () => {
    const first = icons.of(PROCESS);
    path = CHROME.toUpperCase();
    expect(await Promise.all([first, icons.of({ ...PROCESS, pid: 5 })])).toEqual([URL, URL]);
    expect(draw).toHaveBeenCalledOnce();
  });

  it('is not drawn of a file on another machine, or of a device', async () => {
    for (path of ['\\\\evil\\share\\a.exe', '\\\\.\\COM1', '/usr/bin/nginx', null])
      expect(await icons.of(PROCESS)).toBeNull();
    expect(draw).not.toHaveBeenCalled();
  });

  it('is not asked for of another machine’s processes, or of no engine', async () => {
    state = { kind: 'running', engine: { kind: 'remote', host: 'server' } };
    expect(await icons.of(PROCESS)).toBeNull();
    state = { kind: 'restarting' };
    expect(await icons.of(PROCESS)).toBeNull();
    expect(program).not.toHaveBeenCalled();
  });

  it('is not drawn where another engine serves by the time of the answer', async () => {
    program.mockImplementation(async () => {
      serving++;
      return CHROME;
    });
    expect(await icons.of(PROCESS)).toBeNull();
    expect(draw).not.toHaveBeenCalled();
  });

  it('that cannot be had is none', async () => {
    program.mockRejectedValueOnce(new Error('The engine is not running; nothing was done.'));
    expect(await icons.of(PROCESS)).toBeNull();
    draw.mockRejectedValueOnce(new Error('no icon'));
    expect(await icons.of(PROCESS)).toBeNull();
    path = 'C:\\empty.exe';
    draw.mockResolvedValueOnce({ isEmpty: () => true, toDataURL: () => URL });
    expect(await icons.of(PROCESS)).toBeNull();
    path = 'C:\\large.exe';
    draw.mockResolvedValueOnce({ isEmpty: () => false, toDataURL: () => URL.padEnd(100_001, 'A') });
    expect(await icons.of(PROCESS)).toBeNull();
  });

  it('is forgotten once there are many newer ones', async () => {
    await icons.of(PROCESS);
    for (let i = 0; i < 500; i++) {
      path = `C:\\${i}.exe`;
      await icons.of(PROCESS);
    }
    path = 'C:\\499.exe';
    await icons.of(PROCESS);
    expect(draw).toHaveBeenCalledTimes(501);
    path = CHROME;
    await icons.of(PROCESS);
    expect(draw).toHaveBeenCalledTimes(502);
  });
});
