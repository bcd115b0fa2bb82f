/** Everything the page may ask of main. Each message's sender and content are checked before anything happens. */
import { clipboard, dialog, ipcMain } from 'electron';
import type { BrowserWindow, IpcMainEvent, IpcMainInvokeEvent } from 'electron';
import type * as v from 'valibot';
import { confirmClose, goneResult } from '../../shared/actions';
import { IPC, viewState } from '../../shared/bridge';
import type { Command } from '../../shared/bridge';
import { closeRequest, copyRequest, parse, saveRequest } from '../../shared/contract';
import type { CloseReport, SaveReport } from '../../shared/contract';
import type { EngineProcess } from './engineProcess';
import { installMenu } from './menu';
import { saveFile } from './saveFile';
import { isOwnPage } from './security';
import { applyTheme } from './settingsDesk';

export function handlePage(window: BrowserWindow, engine: EngineProcess): void {
  const { webContents } = window;

  const checkSender = (event: IpcMainEvent | IpcMainInvokeEvent): void => {
    if (!isOwnPage(event, webContents)) throw new Error('Refused: this message does not come from the page.');
  };
  const handle = <Schema extends v.GenericSchema, Result>(
    channel: string,
    schema: Schema,
    answer: (input: v.InferOutput<Schema>) => Promise<Result>,
  ): void => {
    ipcMain.handle(channel, (event, message: unknown) => {
      checkSender(event);
      return answer(parse(schema, message));
    });
  };

  let closing = false;
  /** One question at a time, in main's words, about sockets that the engine has just looked up. */
  const closeSockets = async (ids: string[]): Promise<CloseReport> => {
    if (closing) throw new Error('Another question is open; answer it first.');
    closing = true;
    try {
      const { rows, gone } = await engine.request('describe', ids);
      const goneResults = gone.map(goneResult);
      if (rows.length === 0) return { confirmed: true, results: goneResults };
      const { message, detail, confirmLabel } = confirmClose(rows, gone.length);
      const { response } = await dialog.showMessageBox(window, {
        type: 'warning',
        title: 'Close Connection',
        message,
        detail,
        buttons: ['Cancel', confirmLabel],
        defaultId: 0,
        cancelId: 0,
        noLink: true,
      });
      if (response !== 1) return { confirmed: false };
      // What the user was told of, and nothing else.
      const described = rows.map(({ id }) => id);
      const { results } = await engine.request('close', described);
      return { confirmed: true, results: [...results, ...goneResults] };
    } finally {
      closing = false;
    }
  };

  const saveCsv = async (name: string, text: string): Promise<SaveReport> => {
    const { filePath, canceled } = await dialog.showSaveDialog(window, {
      title: 'Export CSV',
      defaultPath: name,
      filters: [{ name: 'CSV', extensions: ['csv'] }],
    });
    if (canceled || !filePath) return { saved: null };
    await saveFile(filePath, text);
    return { saved: filePath };
  };

  handle(IPC.close, closeRequest, ({ ids }) => closeSockets(ids));
  handle(IPC.save, saveRequest, ({ name, text }) => saveCsv(name, text));
  handle(IPC.copy, copyRequest, async ({ text }) => clipboard.writeText(text));

  const menu = installMenu((command: Command) => webContents.send(IPC.command, command));
  ipcMain.on(IPC.view, (event, message: unknown) => {
    try {
      checkSender(event);
      const state = parse(viewState, message);
      menu.show(state);
      applyTheme(state.theme);
    } catch {
      // There is nobody to answer: the menu stays as it is.
    }
  });

  // A page that has asked is given a port at once, or as soon as there is an engine, and another after each restart.
  let asked = false;
  const connect = (): void => {
    webContents.send(IPC.engine, engine.state);
    const port = engine.connectPage();
    if (port !== null) webContents.postMessage(IPC.port, null, [port]);
  };
  ipcMain.handle(IPC.connect, (event) => {
    checkSender(event);
    asked = true;
    connect();
  });
  engine.onState(() => {
    if (asked && !window.isDestroyed()) connect();
  });
}
