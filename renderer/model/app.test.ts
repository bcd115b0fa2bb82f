import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ViewState } from '../../shared/bridge';
import type { Channel } from '../../shared/channel';
import type { Shell, ShellEvents } from '../shell/shell';
import { App } from './app';
import { ROOT_RIGHTS, welcomeWith } from './fixtures/orders';
import { A, chunk, diff } from './fixtures/stores';
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
function connectedApp() {
  let events!: ShellEvents;
  let last!: ViewState;
  const shell: Partial<Shell> = {
    kind: 'electron',
    enginesRefused: null,
    programsRefused: null,
    actionsRefused: () => null,
    start: (given) => (events = given),
    reportView: (state) => (last = state),
  };
  const app = new App(shell as Shell);
  app.start();
  let say!: (message: unknown) => void;
  const channel: Partial<Channel> = { send: () => undefined, onMessage: (listener) => (say = listener) };
  events.channel(channel as Channel);
  say(welcomeWith(ROOT_RIGHTS));
  return { app, tell: (message: unknown) => say(message), possible: () => last.possible };
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
