import type { Confirmation } from '../../shared/actions';
import type { Channel } from '../../shared/channel';
import { NOT_AUTHENTICATED } from '../../shared/contract';
import type { Accepted, BrowserAction, BrowserActionReply, CloseReport } from '../../shared/contract';
import { t } from '../strings';
import { BrowserSettings } from './browserSettings';
import type { Shell, ShellEvents } from './shell';

const TOKEN_KEY = 'socketscope-token';
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 5000;

/** Puts the host's question to the user, or takes it back where there is nobody left to answer. */
export interface Questions {
  ask(question: Confirmation): Promise<boolean>;
  withdraw(): void;
}

export function browserShell(questions: Questions): Shell {
  const token = takeToken();
  let actions = true;
  let notice: (text: string) => void = () => undefined;
  const settings = new BrowserSettings(
    () => window.localStorage,
    (text) => notice(text),
  );
  return {
    kind: 'browser',
    actionsRefused: () => (actions ? null : t.window.hostOnlyShows),
    loadSettings: () => Promise.resolve(settings.load()),
    saveSettings: (given) => settings.save(given),
    start: (events) => {
      notice = (text) => events.notice(text);
      keepConnected(token, events, (accepted) => (actions = accepted.actions));
    },
    closeSockets: (ids) => closeSockets(token, ids, questions),
    saveCsv: async (name, text) => {
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
      events.connection({ kind: 'lost', message: t.window.hostLost });
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

/** One wire per action: the host puts the question, the user answers it, the host acts and reports. */
function closeSockets(token: string, ids: string[], questions: Questions): Promise<CloseReport> {
  return new Promise((resolve, reject) => {
    const socket = openSocket('/actions', token);
    const send = (action: BrowserAction): void => socket.send(JSON.stringify(action));
    const settle = (report: CloseReport): void => {
      resolve(report);
      socket.close();
    };
    const receive = async (reply: Accepted | BrowserActionReply): Promise<void> => {
      switch (reply.type) {
        case 'accepted':
          send({ type: 'prepare-close', ids });
          break;
        case 'confirm':
          if (await questions.ask(reply.confirmation)) send({ type: 'confirm-close', nonce: reply.nonce });
          else settle({ confirmed: false });
          break;
        case 'results':
          settle({ confirmed: true, results: reply.results });
          break;
        case 'refused':
          reject(new Error(reply.message));
          socket.close();
          break;
      }
    };
    socket.onmessage = (event) =>
      void receive(JSON.parse(String(event.data)) as Accepted | BrowserActionReply);
    socket.onclose = () => {
      questions.withdraw();
      reject(new Error(t.window.answerLost));
    };
  });
}

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
