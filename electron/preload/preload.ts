/** Runs sandboxed, before the page: hands the engine's port over and exposes named functions, never ipcRenderer. */
import { contextBridge, ipcRenderer } from 'electron';
import { IPC, PORT_MESSAGE } from '../../shared/bridge';
import type { Command, EngineState, PageBridge } from '../../shared/bridge';
import type { Progress } from '../../shared/contract';

contextBridge.exposeInMainWorld('socketscope', {
  connect: () => ipcRenderer.invoke(IPC.connect),
  act: (order) => ipcRenderer.invoke(IPC.act, { order }),
  stopActing: () => ipcRenderer.invoke(IPC.stopActing),
  onProgress: (listener) => {
    ipcRenderer.on(IPC.progress, (_event, progress: Progress) => listener(progress));
  },
  useEngine: (engine) => ipcRenderer.invoke(IPC.useEngine, { engine }),
  showProgram: (process) => ipcRenderer.invoke(IPC.showProgram, { process }),
  // Elsewhere Electron has the same icon for every program.
  hasIcons: process.platform === 'win32',
  icon: (identity) => ipcRenderer.invoke(IPC.icon, { process: identity }),
  saveFile: (name, text) => ipcRenderer.invoke(IPC.save, { name, text }),
  copyText: (text) => ipcRenderer.invoke(IPC.copy, { text }),
  reportView: (state) => ipcRenderer.send(IPC.view, state),
  loadSettings: () => ipcRenderer.invoke(IPC.loadSettings),
  saveSettings: (settings) => ipcRenderer.send(IPC.saveSettings, settings),
  onNotice: (listener) => {
    ipcRenderer.on(IPC.notice, (_event, text: string) => listener(text));
  },
  onCommand: (listener) => {
    ipcRenderer.on(IPC.command, (_event, command: Command) => listener(command));
  },
  onEngine: (listener) => {
    ipcRenderer.on(IPC.engine, (_event, state: EngineState) => listener(state));
  },
} satisfies PageBridge);

// A port cannot cross the context bridge; a window message, to this very page, can carry it.
ipcRenderer.on(IPC.port, (event) => {
  window.postMessage(PORT_MESSAGE, window.location.origin, event.ports);
});
