import type { BrowserWindow } from 'electron';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { EngineState } from '../../shared/bridge';
import type { OrderReport, Progress } from '../../shared/contract';
import { goneResult } from '../../shared/orders';
import type { ActionReport, Order, Preparation, ProcessIdentity } from '../../shared/orders';
import { ActionsDesk } from './actionsDesk';
import type { ActingEngine } from './actionsDesk';

const electron = vi.hoisted(() => ({
  dialog: { showMessageBox: vi.fn() },
  shell: { showItemInFolder: vi.fn() },
}));
vi.mock('electron', () => electron);

const reset = (...ids: string[]): Order => ({ action: 'reset', ids });
const ORDER = reset('a');
const LABEL = 'nginx (812)  TCP 10.0.0.5:443 → 10.0.0.9:51122';
const REPORT: ActionReport = {
  results: [{ id: 'a', outcome: 'done', label: LABEL, message: null }],
  unrecorded: null,
};
const LOCAL: EngineState = { kind: 'running', engine: { kind: 'local' } };
const REMOTE: EngineState = { kind: 'running', engine: { kind: 'remote', host: 'anna@web-1' } };

let preparation: Preparation;
let state: EngineState;
let serving: number;
let told: Progress[];
let desk: ActionsDesk;
const prepare = vi.fn<(order: Order) => Promise<Preparation>>();
const act = vi.fn<ActingEngine['act']>();
const stopActing = vi.fn<() => Promise<void>>();
const program = vi.fn<(process: ProcessIdentity) => Promise<string | null>>();

beforeEach(() => {
  vi.clearAllMocks();
  preparation = {
    ...{ order: ORDER, missing: [], labels: [LABEL], tree: [], cautions: [] },
    kinds: { connections: 1, listeners: 0, datagrams: 0, others: 0 },
    owners: { processes: 1, names: ['nginx'], hasUnknown: false },
  };
  state = LOCAL;
  serving = 1;
  told = [];
  prepare.mockImplementation(async () => preparation);
  act.mockImplementation(async () => REPORT);
  stopActing.mockImplementation(async () => undefined);
  program.mockImplementation(async () => '/usr/sbin/nginx');
  const engine: ActingEngine = {
    ...{ prepare, act, stopActing, program },
    get state() {
      return state;
    },
    get serving() {
      return serving;
    },
  };
  desk = new ActionsDesk({} as BrowserWindow, engine, (progress) => told.push(progress));
});

const answerWith = (response: number): unknown =>
  electron.dialog.showMessageBox.mockResolvedValue({ response });
const CANCEL = 0;
const CONFIRM = 1;

describe('an order', () => {
  it('is asked about in main’s words and the engine’s, with Cancel as the default', async () => {
    answerWith(CANCEL);
    expect(await desk.act(ORDER)).toEqual({ confirmed: false } satisfies OrderReport);
    const [, options] = electron.dialog.showMessageBox.mock.calls[0]!;
    expect(options).toMatchObject({
      title: 'Reset Connection',
      message: 'Reset 1 connection of nginx?',
      detail: expect.stringContaining(LABEL),
      buttons: ['Cancel', 'Reset Connection'],
      defaultId: CANCEL,
      cancelId: CANCEL,
    });
    expect(prepare).toHaveBeenCalledExactlyOnceWith(ORDER);
    expect(act).not.toHaveBeenCalled();
  });

  it('puts warnings first, and the machine where it is another one', async () => {
    answerWith(CANCEL);
    preparation.cautions = [{ caution: 'session', label: LABEL }];
    state = REMOTE;
    await desk.act(ORDER);
    const { detail } = electron.dialog.showMessageBox.mock.calls[0]![1] as { detail: string };
    expect(detail).toMatch(/^⚠ This is the connection by which you came in\..*\n\nOn anna@web-1\.\n\nnginx/);
  });

  it('is carried out once the user agrees: what was told of, and nothing else', async () => {
    answerWith(CONFIRM);
    preparation.missing = [goneResult('b')];
    expect(await desk.act(reset('b', 'a'))).toEqual({
      confirmed: true,
      report: { ...REPORT, results: [goneResult('b'), REPORT.results[0]] },
    });
    expect(act).toHaveBeenCalledExactlyOnceWith(ORDER, expect.any(Function));
  });

  it('is not carried out by another engine than the one that was asked', async () => {
    electron.dialog.showMessageBox.mockImplementation(async () => {
      serving++;
      return { response: CONFIRM };
    });
    await expect(desk.act(ORDER)).rejects.toThrow(/changed meanwhile; nothing was done/);
    expect(act).not.toHaveBeenCalled();
  });

  it('is told of as it goes on', async () => {
    answerWith(CONFIRM);
    act.mockImplementation(async (_order, onProgress) => {
      onProgress({ done: 1, total: 2 });
      return REPORT;
    });
    await desk.act(ORDER);
    expect(told).toEqual([{ done: 1, total: 2 }]);
  });

  it('about what is all gone is not asked about', async () => {
    preparation = { ...preparation, order: reset(), missing: [goneResult('a')] };
    expect(await desk.act(ORDER)).toEqual({
      confirmed: true,
      report: { results: [goneResult('a')], unrecorded: null },
    });
    expect(electron.dialog.showMessageBox).not.toHaveBeenCalled();
    expect(act).not.toHaveBeenCalled();
  });

  it('is the only one: while one is asked about or carried out, another is refused', async () => {
    let answer: (value: { response: number }) => void = () => undefined;
    let finish: (report: ActionReport) => void = () => undefined;
    electron.dialog.showMessageBox.mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
    act.mockReturnValueOnce(new Promise((resolve) => (finish = resolve)));
    const first = desk.act(ORDER);
    await vi.waitFor(() => expect(electron.dialog.showMessageBox).toHaveBeenCalled());
    await expect(desk.act(ORDER)).rejects.toThrow(/Another question is open/);
    answer({ response: CONFIRM });
    await vi.waitFor(() => expect(act).toHaveBeenCalled());
    await expect(desk.act(ORDER)).rejects.toThrow(/Another question is open/);
    await desk.stop();
    expect(stopActing).toHaveBeenCalledOnce();
    finish(REPORT);
    expect(await first).toEqual({ confirmed: true, report: REPORT });
    answerWith(CONFIRM);
    expect(await desk.act(ORDER)).toMatchObject({ confirmed: true });
  });

  it('can be given again after the engine has failed', async () => {
    prepare.mockRejectedValueOnce(new Error('The engine is not running; nothing was done.'));
    await expect(desk.act(ORDER)).rejects.toThrow(/nothing was done/);
    answerWith(CANCEL);
    expect(await desk.act(ORDER)).toEqual({ confirmed: false });
  });
});

describe('showing a program', () => {
  const process = { pid: 5, startedAt: 7 };

  it('shows what the engine says, for the process that is meant', async () => {
    await desk.showProgram(process);
    expect(program).toHaveBeenCalledExactlyOnceWith(process);
    expect(electron.shell.showItemInFolder).toHaveBeenCalledExactlyOnceWith('/usr/sbin/nginx');
  });

  it('shows nothing of another machine, nor of what has ended, nor of an engine that is lost', async () => {
    state = REMOTE;
    await expect(desk.showProgram(process)).rejects.toThrow(/lies on anna@web-1: \/usr\/sbin\/nginx/);
    state = LOCAL;
    program.mockResolvedValueOnce(null);
    await expect(desk.showProgram(process)).rejects.toThrow(/has ended/);
    state = { kind: 'restarting' };
    await expect(desk.showProgram(process)).rejects.toThrow(/not running/);
    expect(electron.shell.showItemInFolder).not.toHaveBeenCalled();
  });
});
