import { useEffect } from 'react';
import type { ColumnId } from '../model/columns';
import { ui, useUi } from '../model/uiStore';
import { t } from '../strings';
import { useApp } from './AppContext';
import { LogDialog } from './actions/LogDialog';
import { ProgressPanel } from './actions/ProgressPanel';
import { ResultPanel } from './actions/ResultPanel';
import { ConfirmDialog } from './ConfirmDialog';
import { ConnectDialog } from './ConnectDialog';
import { ContextMenu } from './ContextMenu';
import { Grid } from './Grid';
import { Inspector } from './inspector/Inspector';
import { Notices, PausedNotice } from './Notices';
import { SettingsDialog } from './SettingsDialog';
import { shortcutOf } from './shortcuts';
import { ShortcutsDialog } from './ShortcutsDialog';
import { StatusBar } from './StatusBar';
import { Toolbar } from './Toolbar';

export function Window() {
  const app = useApp();
  const hostname = useUi((state) => state.welcome?.hostname);

  useEffect(() => {
    document.title = t.window.title(hostname);
  }, [hostname]);

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const command = shortcutOf(event, app.shell.kind);
      if (command === null) return;
      event.preventDefault();
      app.run(command);
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [app]);

  useEffect(() => {
    const onMouseDown = (event: MouseEvent): void => {
      const cell = (event.target as Element).closest<HTMLElement>('#grid [data-column]');
      if (cell !== null) ui.set({ cell: cell.dataset['column'] as ColumnId });
    };
    window.addEventListener('mousedown', onMouseDown);
    return () => window.removeEventListener('mousedown', onMouseDown);
  }, []);

  return (
    <main className="window">
      <h1 className="visually-hidden">{t.window.title(hostname)}</h1>
      <Toolbar />
      <Notices />
      <div className="workspace">
        <Grid />
        <Inspector />
      </div>
      <PausedNotice />
      <ProgressPanel />
      <ResultPanel />
      <StatusBar />
      <ContextMenu />
      <SettingsDialog />
      <ShortcutsDialog />
      <LogDialog />
      <ConnectDialog />
      <ConfirmDialog />
    </main>
  );
}
