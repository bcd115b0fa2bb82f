/** Which engine serves the page: the page asks, main checks, and the window's title says whose sockets they are. */
import { ipcMain } from 'electron';
import type { BrowserWindow } from 'electron';
import { IPC } from '../../shared/bridge';
import type { EngineState } from '../../shared/bridge';
import { engineRequest, parse } from '../../shared/contract';
import type { EngineProcess } from './engineProcess';
import { isOwnPage } from './security';

export function handleEngine(
  window: BrowserWindow,
  engine: Pick<EngineProcess, 'state' | 'onState' | 'useEngine'>,
): void {
  ipcMain.handle(IPC.useEngine, (event, message: unknown) => {
    if (!isOwnPage(event, window.webContents))
      throw new Error('Refused: this message does not come from the page.');
    return engine.useEngine(parse(engineRequest, message).engine);
  });
  // The page's own title would say the name of the product only.
  window.on('page-title-updated', (event) => event.preventDefault());
  engine.onState(() => {
    if (!window.isDestroyed()) window.setTitle(titleOf(engine.state));
  });
}

export function titleOf(state: EngineState): string {
  if (state.kind !== 'running' && state.kind !== 'lost') return 'SocketScope';
  const { engine } = state;
  if (engine.kind === 'elevated') return 'SocketScope (administrator)';
  if (engine.kind === 'local') return 'SocketScope';
  return `${engine.host}${state.kind === 'lost' ? ' (connection lost)' : ''} – SocketScope`;
}
