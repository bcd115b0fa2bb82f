import { DEFAULT_SETTINGS, readSettings } from '../../shared/settings';
import type { LoadedSettings, Settings } from '../../shared/settings';
import { t } from '../strings';

const KEY = 'socketscope-settings';

/** Settings in the browser's own storage. Of two tabs, the one that writes last is remembered. */
export class BrowserSettings {
  private failed = false;

  /** @param storage throws where the browser is set to store nothing */
  constructor(
    private readonly storage: () => Pick<Storage, 'getItem' | 'setItem'>,
    private readonly onProblem: (text: string) => void,
  ) {}

  load(): LoadedSettings {
    try {
      const storage = this.storage();
      const written = storage.getItem(KEY);
      if (written === null) return { settings: DEFAULT_SETTINGS, notice: null };
      const settings = readSettings(written);
      if (settings !== null) return { settings, notice: null };
      const aside = `${KEY}.corrupt-${new Date().toISOString()}`;
      storage.setItem(aside, written);
      // Once is enough: the next start finds the defaults.
      storage.setItem(KEY, JSON.stringify(DEFAULT_SETTINGS));
      return { settings: DEFAULT_SETTINGS, notice: t.settings.damaged(aside) };
    } catch (error) {
      return { settings: DEFAULT_SETTINGS, notice: t.settings.notRead(reasonOf(error)) };
    }
  }

  save(settings: Settings): void {
    try {
      this.storage().setItem(KEY, JSON.stringify(settings));
      this.failed = false;
    } catch (error) {
      if (!this.failed) this.onProblem(t.settings.notKept(reasonOf(error)));
      this.failed = true;
    }
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
