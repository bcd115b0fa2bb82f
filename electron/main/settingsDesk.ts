/** Main's part in the settings: it reads them before there is a window, and writes down what the page says. */
import { ipcMain, nativeTheme } from 'electron';
import type { IpcMainEvent, IpcMainInvokeEvent, WebContents } from 'electron';
import { IPC, settingsMessage } from '../../shared/bridge';
import { parse } from '../../shared/contract';
import { DEFAULT_SETTINGS, parseSettings, readSettings } from '../../shared/settings';
import type { LoadedSettings, Settings, Theme } from '../../shared/settings';
import { KeptFile } from './keptFile';
import { isOwnPage } from './security';

export class SettingsDesk {
  private readonly kept: KeptFile<Settings>;
  private settings: Settings;
  /** What a page is told when it asks for the settings, since it cannot be told before. */
  private untold: string[] = [];
  private page: WebContents | null = null;

  constructor(file: string) {
    this.kept = new KeptFile(file, readSettings, (text) => this.tell(text));
    this.settings = this.kept.load() ?? DEFAULT_SETTINGS;
    applyTheme(this.settings.theme);
  }

  /** Tells the user, in the page. */
  tell(text: string): void {
    if (this.page === null || this.page.isDestroyed()) this.untold.push(text);
    else this.page.send(IPC.notice, text);
  }

  serve(webContents: WebContents): void {
    const check = (event: IpcMainEvent | IpcMainInvokeEvent): void => {
      if (!isOwnPage(event, webContents))
        throw new Error('Refused: this message does not come from the page.');
    };
    ipcMain.handle(IPC.loadSettings, (event): LoadedSettings => {
      check(event);
      this.page = webContents;
      const notice = this.untold.join('\n');
      this.untold = [];
      return { settings: this.settings, notice: notice === '' ? null : notice };
    });
    ipcMain.on(IPC.saveSettings, (event, message: unknown) => {
      try {
        check(event);
        this.settings = parseSettings(parse(settingsMessage, message));
        this.kept.save(this.settings);
      } catch {
        // There is nobody to answer: what was kept stays as it is.
      }
    });
  }

  get unsaved(): boolean {
    return this.kept.unsaved;
  }

  flush(): Promise<void> {
    return this.kept.flush();
  }
}

/** High contrast comes in light and dark as well, whichever the system is in. */
export function applyTheme(theme: Theme): void {
  nativeTheme.themeSource = theme === 'contrast' ? 'system' : theme;
}
