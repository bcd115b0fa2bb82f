import { useEffect } from 'react';
import { useUi } from '../model/uiStore';
import { useApp } from './AppContext';
import { ConfirmDialog } from './ConfirmDialog';
import { ContextMenu } from './ContextMenu';
import { DetailsPanel } from './DetailsPanel';
import { Grid } from './Grid';
import { Notices } from './Notices';
import { ResultPanel } from './ResultPanel';
import { shortcutOf } from './shortcuts';
import { StatusBar } from './StatusBar';
import { Toolbar } from './Toolbar';

export function Window() {
  const app = useApp();
  const hostname = useUi((state) => state.welcome?.hostname);

  useEffect(() => {
    document.title = hostname === undefined ? 'SocketScope' : `SocketScope: ${hostname}`;
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

  return (
    <div className="window">
      <Toolbar />
      <Notices />
      <Grid />
      <DetailsPanel />
      <ResultPanel />
      <StatusBar />
      <ContextMenu />
      <ConfirmDialog />
    </div>
  );
}
