/** Electron's main process: the window, the menu, the dialogs, and the engine's life. It reads no socket itself. */
import path from 'node:path';
import { app, BrowserWindow, dialog } from 'electron';
import { demoArgument } from './arguments';
import { engineArguments } from './engineArguments';
import { EngineProcess } from './engineProcess';
import { handleEngine } from './handleEngine';
import { handlePage } from './handlePage';
import { KeptFile } from './keptFile';
import { leaveWith } from './leaving';
import { lockDown, registerAppScheme, serveApp } from './security';
import { SettingsDesk } from './settingsDesk';
import { createWindow } from './window';
import { readWindowState } from './windowState';

const here = import.meta.dirname;

// Chromium reports a missing desktop bus and the like as errors; on a server that is a dozen lines about nothing.
if (!process.env['ELECTRON_ENABLE_LOGGING']) app.commandLine.appendSwitch('log-level', '3');

// Not every Electron takes this by itself where it stands behind the path of the program. Settings lie there, and the lock.
const userDataGiven = app.commandLine.getSwitchValue('user-data-dir');
if (userDataGiven !== '') app.setPath('userData', path.resolve(userDataGiven));

// By this Windows knows whose windows, notifications and places on the task bar belong together (appId in electron-builder.yml).
if (process.platform === 'win32') app.setAppUserModelId('io.github.socketscope');

// Must run before anything is awaited: Electron reads the schemes when it becomes ready.
registerAppScheme();

function start(): void {
  const demo = demoArgument(process.argv);
  const args = engineArguments({
    demo,
    platform: process.platform,
    packaged: app.isPackaged,
    resources: process.resourcesPath,
    root: app.getAppPath(),
    env: process.env,
  });
  const engine = new EngineProcess(path.join(here, 'engine.js'), args);
  engine.start();
  leaveWith(app, engine);

  const userData = app.getPath('userData');
  const settings = new SettingsDesk(path.join(userData, 'settings.json'));
  const place = new KeptFile(path.join(userData, 'window.json'), readWindowState, (text) =>
    settings.tell(text),
  );
  engine.onNotice((text) => settings.tell(text));
  // The windows are gone by now, and all has been said that is to be kept.
  app.on('will-quit', (event) => {
    if (!settings.unsaved && !place.unsaved) return;
    event.preventDefault();
    void Promise.all([settings.flush(), place.flush()]).then(() => app.quit());
  });

  const open = (): void => {
    const window = createWindow(path.join(here, 'preload.cjs'), place);
    settings.serve(window.webContents);
    handlePage(window, engine);
    handleEngine(window, engine, { isDemo: demo !== null });
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
