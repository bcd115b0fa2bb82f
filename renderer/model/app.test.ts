import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ViewState } from '../../shared/bridge';
import type { Channel } from '../../shared/channel';
import type { PageMessage, Welcome } from '../../shared/contract';
import type { Shell, ShellEvents } from '../shell/shell';
import { App } from './app';
import { ROOT_RIGHTS, welcomeWith } from './fixtures/orders';
import { A, B, C, chunk, diff } from './fixtures/stores';
import { ui } from './uiStore';

const START = ui.get();

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('document', { hidden: true });
  ui.set(START, true);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** The page in a window with a native menu, connected; what the menu was told last. */
function connectedApp(changes: Partial<Welcome> = {}) {
  let events!: ShellEvents;
  let last!: ViewState;
  const shell: Partial<Shell> = {
    kind: 'electron',
    enginesRefused: null,
    programsRefused: null,
    icon: null,
    actionsRefused: () => null,
    start: (given) => (events = given),
    reportView: (state) => (last = state),
  };
  const app = new App(shell as Shell);
  app.start();
  let say!: (message: unknown) => void;
  const sent: PageMessage[] = [];
  const send = (message: unknown): void => void sent.push(message as PageMessage);
  const channel: Partial<Channel> = { send, onMessage: (listener) => (say = listener) };
  events.channel(channel as Channel);
  say(welcomeWith(ROOT_RIGHTS, changes));
  return { app, sent, tell: (message: unknown) => say(message), possible: () => last.possible };
}

it('tells the native menu what can be done to the rows that are there, and not to those before', async () => {
  const { app, tell, possible } = connectedApp();
  tell(chunk([]));
  expect(possible()).not.toContain('close-shown');
  tell(diff({ added: [A()] }));
  await vi.waitFor(() => expect(possible()).toContain('close-shown'));

  app.selection.only('a');
  expect(possible()).toContain('close-connection');
  // Nothing but the filter changes, which is applied a moment later.
  ui.set({ search: 'nothing is called that' });
  vi.advanceTimersByTime(1000);
  expect(app.sockets.order.length).toBe(0);
  expect(possible()).not.toContain('close-connection');
  expect(possible()).not.toContain('close-shown');
  ui.set({ search: '' });
  vi.advanceTimersByTime(1000);
  expect(possible()).toContain('close-shown');
});

it('lets rows be copied as a command of ss where the engine’s machine may have it', async () => {
  for (const [backend, expected] of [
    ['Linux sock_diag', true],
    ['Windows IP Helper', false],
  ] as const) {
    const { app, tell, possible } = connectedApp({ backend });
    tell(chunk([A()]));
    await vi.waitFor(() => expect(possible()).toContain('close-shown'));
    expect(possible()).not.toContain('copy-ss');
    app.selection.only('a');
    expect(possible()).toContain('close-connection');
    expect(possible().includes('copy-ss')).toBe(expected);
  }
});

it('has the traffic counted of what is on screen and of what is inspected, where the system has to be told', async () => {
  const { app, tell, sent } = connectedApp({ traffic: { counted: 'watched', why: null } });
  tell(chunk([A(), B(), C()]));
  await vi.waitFor(() => expect(app.sockets.order.length).toBe(3));
  const watched = (): (readonly string[])[] =>
    sent.flatMap((message) => (message.type === 'watch' ? [message.ids] : []));
  app.lookAt([A(), B()], ['pid', 'bytesSent']);
  app.selection.only('c');
  app.run('details');
  vi.advanceTimersByTime(1000);
  expect(watched()).toEqual([
    ['a', 'b'],
    ['c', 'a', 'b'],
  ]);
  app.lookAt([A(), B()], ['pid']);
  vi.advanceTimersByTime(1000);
  expect(watched().at(-1)).toEqual(['c']);
  // What a filter leaves out for want of its traffic is counted as well: it may belong there.
  ui.set({ search: 'sent>1' });
  vi.advanceTimersByTime(1000);
  app.lookAt([], ['pid']);
  vi.advanceTimersByTime(1000);
  expect(watched().at(-1)).toEqual(['c', 'a', 'b']);
  app.inspector.close();
  ui.set({ search: '', sort: { column: 'rtt', descending: true } });
  vi.advanceTimersByTime(1000);
  app.lookAt([], ['pid']);
  vi.advanceTimersByTime(1000);
  expect(watched().at(-1)!.toSorted()).toEqual(['a', 'b', 'c']);
});
