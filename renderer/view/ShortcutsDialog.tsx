import { SHORTCUT_SECTIONS, SHORTCUTS } from '../../shared/shortcuts';
import type { Shortcut } from '../../shared/shortcuts';
import { useUi } from '../model/uiStore';
import { t } from '../strings';
import { closeDialog, Dialog } from './Dialog';

/** The sheet of shortcuts, made from the table that the window listens by. */
export function ShortcutsDialog() {
  const open = useUi((state) => state.dialog === 'shortcuts');
  if (!open) return null;
  return (
    <Dialog labelledBy="shortcuts-title" className="shortcuts">
      <h2 id="shortcuts-title">{t.window.shortcuts}</h2>
      <div className="sections">
        {SHORTCUT_SECTIONS.map((section) => (
          <section key={section}>
            <h3>{t.window.shortcutSections[section]}</h3>
            <dl>
              {rowsOf(section).map(({ does, keys }) => (
                <div key={does}>
                  <dt>{t.window.shortcutTitles[does]}</dt>
                  <dd>
                    {keys.map((name) => (
                      <Keys key={name} name={name} />
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <div className="buttons">
        <button type="button" onClick={closeDialog}>
          {t.window.close}
        </button>
      </div>
    </Dialog>
  );
}

/** What a section's keys do, each once with all its keys. */
function rowsOf(section: string): { does: Shortcut['does']; keys: string[] }[] {
  const rows = new Map<Shortcut['does'], string[]>();
  for (const shortcut of SHORTCUTS) {
    if (shortcut.section !== section) continue;
    rows.set(shortcut.does, [...(rows.get(shortcut.does) ?? []), ...shortcut.keys]);
  }
  return [...rows].map(([does, keys]) => ({ does, keys }));
}

/** `Ctrl+Shift+S`, key by key. */
function Keys({ name }: { name: string }) {
  return (
    <span className="keys">
      {name.split('+').map((key) => (
        <kbd key={key}>{t.window.keyNames[key] ?? key}</kbd>
      ))}
    </span>
  );
}
