/** Electron's main process: the window, the menu, the dialogs, and the engine's life. It reads no socket itself. */
import path from 'node:path';
import { app, BrowserWindow, dialog } from 'electron';
import { demoArgument } from './arguments';
import { EngineProcess } from './engineProcess';
import { handlePage } from './handlePage';
import { lockDown, registerAppScheme, serveApp } from './security';
import { createWindow } from './window';

const here = import.meta.dirname;

// Chromium reports a missing desktop bus and the like as errors; on a server that is a dozen lines about nothing.
if (!process.env['ELECTRON_ENABLE_LOGGING']) app.commandLine.appendSwitch('log-level', '3');

// Must run before anything is awaited: Electron reads the schemes when it becomes ready.
registerAppScheme();

function start(): void {
  const demo = demoArgument(process.argv);
  const engine = new EngineProcess(path.join(here, 'engine.js'), demo === null ? [] : [`--demo=${demo}`]);
  engine.start();
  app.on('before-quit', () => engine.dispose());

  const open = (): void => {
    const window = createWindow(path.join(here, 'preload.cjs'));
    handlePage(window, engine);
  };
  open();
  app.on('second-instance', () => {
    const [window] = BrowserWindow.getAllWindows();
    if (window === undefined) return;
    if (window.isMinimized()) window.restore();
    window.focus();
  });
}

if (app.requestSingleInstanceLock()) {
  app.on('window-all-closed', () => app.quit());
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => app.quit());
  app
    .whenReady()
    .then(() => {
      lockDown();
      serveApp(path.join(here, '..', 'renderer'));
      start();
    })
    .catch((error: unknown) => {
      dialog.showErrorBox('SocketScope cannot start', error instanceof Error ? error.message : String(error));
      app.exit(1);
    });
} else {
  process.stdout.write('SocketScope is running already; its window comes to the front.\n');
  app.quit();
}
