import '@fontsource-variable/inter';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import type { PageBridge } from '../shared/bridge';
import { App } from './model/app';
import { keepSettings } from './model/settings';
import { ui } from './model/uiStore';
import { browserShell } from './shell/browserShell';
import { electronShell } from './shell/electronShell';
import './styles/theme.css';
import './styles/window.css';
import './styles/toolbar.css';
import './styles/notices.css';
import './styles/statusBar.css';
import './styles/menus.css';
import './styles/filterBox.css';
import './styles/sheets.css';
import './styles/filterBar.css';
import './styles/grid.css';
import './styles/columns.css';
import './styles/lines.css';
import './styles/details.css';
import './styles/inspector/overview.css';
import './styles/inspector/charts.css';
import './styles/inspector/tabs.css';
import './styles/marks.css';
import './styles/dialogs.css';
import './styles/actions.css';
import './styles/actionDialogs.css';
import { AppContext } from './view/AppContext';
import { FaultBoundary } from './view/FaultBoundary';
import { Window } from './view/Window';

const bridge = (window as { socketscope?: PageBridge }).socketscope;
const shell =
  bridge === undefined
    ? browserShell({
        ask: (confirmation) => new Promise((answer) => ui.set({ question: { confirmation, answer } })),
        withdraw: () => ui.set({ question: null }),
      })
    : electronShell(bridge);

// Before the first paint, and before the sockets are put in order.
await keepSettings(shell);
const app = new App(shell);
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <FaultBoundary>
      <AppContext value={app}>
        <Window />
      </AppContext>
    </FaultBoundary>
  </StrictMode>,
);
app.start();
