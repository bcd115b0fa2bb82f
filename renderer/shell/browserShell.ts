import type { Channel } from '../../shared/channel';
import { NOT_AUTHENTICATED } from '../../shared/contract';
import type { Accepted } from '../../shared/contract';
import { t } from '../strings';
import { BrowserActions } from './browserActions';
import type { Questions } from './browserActions';
import { BrowserSettings } from './browserSettings';
import type { Shell, ShellEvents } from './shell';

const TOKEN_KEY = 'socketscope-token';
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 5000;

export function browserShell(questions: Questions): Shell {
  const token = takeToken();
  let actions = true;
  let told: ShellEvents | null = null;
  const settings = new BrowserSettings(
    () => window.localStorage,
    (text) => told?.notice(text),
  );
  const doing = new BrowserActions(
    () => openSocket('/actions', token),
    questions,
    (progress) => told?.progress(progress),
  );
  return {
    kind: 'browser',
    actionsRefused: () => (actions ? null : t.window.hostOnlyShows),
    enginesRefused: t.engine.inBrowser,
    programsRefused: t.actions.notInBrowser,
    loadSettings: () => Promise.resolve(settings.load()),
    saveSettings: (given) => settings.save(given),
    start: (events) => {
      told = events;
      keepConnected(token, events, (accepted) => (actions = accepted.actions));
    },
    act: (order) => doing.act(order),
    stopActing: async () => doing.stop(),
    useEngine: () => Promise.reject(new Error(t.engine.inBrowser)),
    showProgram: () => Promise.reject(new Error(t.actions.notInBrowser)),
    icon: null,
    saveFile: async (name, text) => {
      download(name, text);
      return { saved: name };
    },
    copyText: (text) => navigator.clipboard.writeText(text),
    reportView: () => undefined,
  };
}

/**
 * The token from the URL's fragment, which is taken out of the address bar and kept for reloads of this tab.
 */
function takeToken(): string {
  const token = new URLSearchParams(window.location.hash.slice(1)).get('token');
  try {
    if (token === null) return sessionStorage.getItem(TOKEN_KEY) ?? '';
    sessionStorage.setItem(TOKEN_KEY, token);
  } catch {
    // A browser that stores nothing: the address stays as it is, for reloads.
    return token ?? '';
  }
  window.history.replaceState(null, '', window.location.pathname + window.location.search);
  return token;
}

function openSocket(path: string, token: string): WebSocket {
  const socket = new WebSocket(`ws://${window.location.host}${path}`);
  socket.onopen = () => socket.send(JSON.stringify({ token }));
  return socket;
}

/** Connects, and again whenever the wire is lost, with growing pauses; not where the token is refused. */
function keepConnected(token: string, events: ShellEvents, accept: (accepted: Accepted) => void): void {
  let retry = FIRST_RETRY_MS;
  const connect = (): void => {
    const socket = openSocket('/data', token);
    socket.addEventListener(
      'message',
      (event) => {
        accept(JSON.parse(String(event.data)) as Accepted);
        retry = FIRST_RETRY_MS;
        events.connection({ kind: 'connected' });
        events.channel(webSocketChannel(socket));
      },
      { once: true },
    );
    socket.addEventListener('close', (event) => {
      if (event.code === NOT_AUTHENTICATED) {
        events.connection({ kind: 'refused', message: t.window.noToken });
        return;
      }
      events.connection({ kind: 'lost', message: t.window.hostLost, retryAt: Date.now() + retry });
      setTimeout(connect, retry);
      retry = Math.min(2 * retry, LONGEST_RETRY_MS);
    });
  };
  connect();
}

function webSocketChannel(socket: WebSocket): Channel {
  return {
    send: (message) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
    },
    onMessage: (listener) =>
      socket.addEventListener('message', (event) => listener(JSON.parse(String(event.data)))),
    onClose: (listener) => socket.addEventListener('close', listener),
    close: () => socket.close(),
  };
}

function download(name: string, text: string): void {
  const type = name.endsWith('.json') ? 'application/json' : 'text/csv;charset=utf-8';
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
