import { PORT_MESSAGE } from '../../shared/bridge';
import type { EngineState, PageBridge } from '../../shared/bridge';
import type { Channel } from '../../shared/channel';
import { DEFAULT_SETTINGS } from '../../shared/settings';
import { t } from '../strings';
import type { Connection, Shell, ShellEvents } from './shell';

export function electronShell(bridge: PageBridge): Shell {
  const call = async <Result>(answer: Promise<Result>): Promise<Result> => {
    try {
      return await answer;
    } catch (error) {
      throw new Error(plainMessage(error), { cause: error });
    }
  };
  return {
    kind: 'electron',
    actionsRefused: () => null,
    enginesRefused: null,
    programsRefused: null,
    loadSettings: () =>
      bridge.loadSettings().catch((error: unknown) => ({
        settings: DEFAULT_SETTINGS,
        notice: t.settings.notRead(plainMessage(error)),
      })),
    saveSettings: (settings) => bridge.saveSettings(settings),
    start: (events) => connect(bridge, events),
    act: (order) => call(bridge.act(order)),
    stopActing: () => call(bridge.stopActing()),
    useEngine: (engine) => call(bridge.useEngine(engine)),
    showProgram: (process) => call(bridge.showProgram(process)),
    icon: bridge.hasIcons ? async (process) => imageOrNull(await bridge.icon(process)) : null,
    saveFile: (name, text) => call(bridge.saveFile(name, text)),
    copyText: (text) => call(bridge.copyText(text)),
    reportView: (state) => bridge.reportView(state),
  };
}

function connect(bridge: PageBridge, events: ShellEvents): void {
  window.addEventListener('message', (event) => {
    const port = event.ports[0];
    // Only the preload, which runs in this window, can post the port of an engine.
    if (event.source !== window || event.data !== PORT_MESSAGE || port === undefined) return;
    events.channel(portChannel(port));
  });
  bridge.onCommand((command) => events.command(command));
  bridge.onNotice((text) => events.notice(text));
  bridge.onProgress((progress) => events.progress(progress));
  bridge.onEngine((state) => {
    if (state.kind === 'running' || state.kind === 'lost') events.engine(state.engine);
    events.connection(connectionOf(state));
  });
  void bridge.connect();
}

function connectionOf(state: EngineState): Connection {
  switch (state.kind) {
    case 'running':
      return { kind: 'connected' };
    case 'restarting':
      return { kind: 'lost', message: t.window.engineRestarting, retryAt: null };
    case 'lost':
      return { kind: 'lost', message: state.message, retryAt: state.retryAt };
    case 'failed':
      return { kind: 'refused', message: state.message };
  }
}

function portChannel(port: MessagePort): Channel {
  return {
    send: (message) => port.postMessage(message),
    onMessage: (listener) => {
      port.onmessage = (event) => listener(event.data);
    },
    onClose: () => undefined, // main tells of the engine's end
    close: () => port.close(),
  };
}

/** Nothing but a picture gets into the page as one. */
function imageOrNull(url: string | null): string | null {
  return url?.startsWith('data:image/png;base64,') === true ? url : null;
}

/** Electron wraps what main throws: `Error invoking remote method 'x': Error: the sentence`. */
function plainMessage(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^Error invoking remote method '[^']*': (\w*Error: )?/, '');
}
