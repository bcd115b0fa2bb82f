/** Which engine serves the page: the page asks, main asks the user, and the window's title says whose sockets they are. */
import { ipcMain } from 'electron';
import type { BrowserWindow } from 'electron';
import { IPC } from '../../shared/bridge';
import type { EngineState } from '../../shared/bridge';
import { engineRequest, parse } from '../../shared/contract';
import type { EngineChoice } from '../../shared/contract';
import type { EngineProcess } from './engineProcess';
import { agrees } from './question';
import { isOwnPage } from './security';

export function handleEngine(
  window: BrowserWindow,
  engine: Pick<EngineProcess, 'state' | 'onState' | 'useEngine'>,
  { isDemo }: { isDemo: boolean },
): void {
  /** Machines that the user has agreed to since the program was started */
  const agreed = new Set<string>();

  const use = async (choice: EngineChoice): Promise<void> => {
    if (choice.kind !== 'local' && isDemo) throw new Error('A demonstration has no other engines.');
    if (!serves(engine.state, choice)) {
      if (choice.kind === 'remote' && !agreed.has(choice.host)) {
        if (!(await agrees(window, connecting(choice.host))))
          throw new Error('Not connected: nobody agreed to it.');
        agreed.add(choice.host);
      }
      if (choice.kind === 'elevated' && choice.namespaces && !(await agrees(window, ENTERING)))
        throw new Error('No more rights: nobody agreed to it.');
    }
    return engine.useEngine(choice);
  };

  ipcMain.handle(IPC.useEngine, (event, message: unknown) => {
    if (!isOwnPage(event, window.webContents))
      throw new Error('Refused: this message does not come from the page.');
    return use(parse(engineRequest, message).engine);
  });
  // The page's own title would say the name of the product only.
  window.on('page-title-updated', (event) => event.preventDefault());
  engine.onState(() => {
    if (!window.isDestroyed()) window.setTitle(titleOf(engine.state));
  });
}

/** What the user has agreed to already: to choose it gives up another choice that is under way. */
function serves(state: EngineState, choice: EngineChoice): boolean {
  return state.kind === 'running' && JSON.stringify(state.engine) === JSON.stringify(choice);
}

const connecting = (host: string) => ({
  title: 'Connect',
  message: `Connect to ${host} by ssh?`,
  detail:
    'Your own ssh logs in there, with your keys and settings, and starts SocketScope. What is shown is that machine’s then, and what you close or end is closed or ended there.',
  confirmLabel: 'Connect',
});

/** Anything else that an administrator's engine may do is asked by polkit, which does not say this. */
const ENTERING = {
  title: 'Restart as Administrator',
  message: 'Also let the engine enter other network namespaces?',
  detail:
    'Since other network namespaces are shown, the engine asks for one right more than it otherwise has as administrator: CAP_SYS_ADMIN. It is used for entering network namespaces only, but would allow much more than that. To go without it, switch off “All network namespaces” first.',
  confirmLabel: 'Continue',
};

export function titleOf(state: EngineState): string {
  if (state.kind !== 'running' && state.kind !== 'lost') return 'SocketScope';
  const { engine } = state;
  if (engine.kind === 'elevated') return 'SocketScope (administrator)';
  if (engine.kind === 'local') return 'SocketScope';
  return `${engine.host}${state.kind === 'lost' ? ' (connection lost)' : ''} – SocketScope`;
}
