import { BrowserWindow, nativeTheme, screen } from 'electron';
import { APP_ORIGIN } from '../../shared/bridge';
import type { KeptFile } from './keptFile';
import { LEAST_SIZE, placeWindow } from './windowState';
import type { WindowState } from './windowState';

/** The page's background (renderer/styles/theme.css), so that nothing flashes before it has painted. */
const BACKGROUND = { light: '#ffffff', dark: '#16181d' };

export function createWindow(preload: string, kept: KeptFile<WindowState>): BrowserWindow {
  const state = kept.load();
  const workAreas = screen.getAllDisplays().map(({ workArea }) => workArea);
  const window = new BrowserWindow({
    ...placeWindow(state, workAreas),
    minWidth: LEAST_SIZE.width,
    minHeight: LEAST_SIZE.height,
    title: 'SocketScope',
    show: false,
    backgroundColor: nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light,
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      // Its dictionaries would be downloaded.
      spellcheck: false,
    },
  });
  const maximised = state?.maximised === true;
  window.once('ready-to-show', () => {
    if (maximised) window.maximize();
    window.show();
    rememberState(window, kept);
    // scripts/run.mjs waits for this line to know that the window is there.
    process.stdout.write('SocketScope is running\n');
  });
  const load = (): void => void window.loadURL(`${APP_ORIGIN}/index.html`);
  // A page that crashed is opened again; it finds the engine as it was. Not from within the event: Chromium is still
  // putting the old page away.
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason !== 'clean-exit') setTimeout(load, 100);
  });
  load();
  return window;
}

/** Keeps the place of the window as it would be if it were not maximised, and whether it is. */
function rememberState(window: BrowserWindow, kept: KeptFile<WindowState>): void {
  const keep = (): void => kept.save({ ...window.getNormalBounds(), maximised: window.isMaximized() });
  window.on('resize', keep);
  window.on('move', keep);
  window.on('maximize', keep);
  window.on('unmaximize', keep);
}
