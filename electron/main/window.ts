import { BrowserWindow, nativeTheme } from 'electron';
import { APP_ORIGIN } from '../../shared/bridge';

/** The page's background (renderer/styles/theme.css), so that nothing flashes before it has painted. */
const BACKGROUND = { light: '#ffffff', dark: '#16181d' };

export function createWindow(preload: string): BrowserWindow {
  const window = new BrowserWindow({
    width: 1280,
    height: 800,
    minWidth: 760,
    minHeight: 420,
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
  window.once('ready-to-show', () => {
    window.show();
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
