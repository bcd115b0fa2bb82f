/** Everything the page may ask of main. Each message's sender and content are checked before anything happens. */
import { app, clipboard, dialog, ipcMain } from 'electron';
import type { BrowserWindow, IpcMainEvent, IpcMainInvokeEvent } from 'electron';
import type * as v from 'valibot';
import { IPC, viewState } from '../../shared/bridge';
import type { Command } from '../../shared/bridge';
import {
  copyRequest,
  iconRequest,
  orderRequest,
  parse,
  programRequest,
  saveRequest,
} from '../../shared/contract';
import type { SaveReport } from '../../shared/contract';
import { ActionsDesk } from './actionsDesk';
import type { EngineProcess } from './engineProcess';
import { installMenu } from './menu';
import { ProgramIcons } from './programIcons';
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

  const actions = new ActionsDesk(window, engine, (progress) => {
    if (!window.isDestroyed()) webContents.send(IPC.progress, progress);
  });

  const save = async (name: string, text: string): Promise<SaveReport> => {
    const extension = name.endsWith('.json') ? 'json' : 'csv';
    const { filePath, canceled } = await dialog.showSaveDialog(window, {
      title: 'Save',
      defaultPath: name,
      filters: [{ name: extension.toUpperCase(), extensions: [extension] }],
    });
    if (canceled || !filePath) return { saved: null };
    await saveFile(filePath, text);
    return { saved: filePath };
  };

  handle(IPC.act, orderRequest, ({ order }) => actions.act(order));
  ipcMain.handle(IPC.stopActing, (event) => {
    checkSender(event);
    return actions.stop();
  });
  handle(IPC.showProgram, programRequest, ({ process }) => actions.showProgram(process));
  const icons = new ProgramIcons(engine, (path) => app.getFileIcon(path, { size: 'small' }));
  handle(IPC.icon, iconRequest, ({ process }) => icons.of(process));
  handle(IPC.save, saveRequest, ({ name, text }) => save(name, text));
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
