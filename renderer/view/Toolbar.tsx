import { Download, Pause, Play, RefreshCw, Unplug } from 'lucide-react';
import { MAIN_TABLES, tableTitle } from '../../shared/socket';
import type { MainTable } from '../../shared/socket';
import { toggleTable, useUi } from '../model/uiStore';
import { t } from '../strings';
import { useApp, useSelection } from './AppContext';
import { FilterBox } from './filter/FilterBox';
import { FilterChips } from './filter/FilterChips';
import { StateMenu } from './filter/StateMenu';
import { ViewMenu, ViewSwitches } from './filter/ViewMenu';
import { SocketMenu } from './SocketMenu';

/** The tools, and below them what hides rows. The toolbar has no keys of its own: Tab goes from tool to tool. */
export function Toolbar() {
  const app = useApp();
  const paused = useUi((state) => state.status?.paused ?? false);
  const tables = useUi((state) => state.tables);
  const text = t.filter.toolbar;
  return (
    <>
      <div className="toolbar" role="toolbar" aria-label={text.name}>
        <div className="group">
          <button
            type="button"
            onClick={() => app.run('pause')}
            aria-pressed={paused}
            aria-label={paused ? text.resume : text.pause}
            title={paused ? text.resumeTitle : text.pauseTitle}
          >
            {paused ? <Play size={15} aria-hidden /> : <Pause size={15} aria-hidden />}
            <span className="wide">{paused ? text.resume : text.pause}</span>
          </button>
          <button
            type="button"
            onClick={() => app.run('refresh')}
            aria-label={text.refresh}
            title={text.refreshTitle}
          >
            <RefreshCw size={15} aria-hidden />
            <span className="wide">{text.refresh}</span>
          </button>
        </div>
        <div className="group joined" role="group" aria-label={text.protocols}>
          {MAIN_TABLES.map((table) => (
            <TableToggle key={table} table={table} on={tables[table]} />
          ))}
        </div>
        <div className="group">
          <StateMenu />
          <SocketMenu />
        </div>
        <FilterBox />
        <div className="group">
          <ViewMenu />
          <ViewSwitches />
        </div>
        <div className="group">
          <button
            type="button"
            onClick={() => app.run('export-csv')}
            aria-label={text.exportCsv}
            title={text.exportTitle}
          >
            <Download size={15} aria-hidden />
            <span className="widest">{text.exportCsv}</span>
          </button>
          <CloseButton />
        </div>
      </div>
      <FilterChips />
    </>
  );
}

function TableToggle({ table, on }: { table: MainTable; on: boolean }) {
  const name = tableTitle(table);
  return (
    <button
      type="button"
      aria-pressed={on}
      onClick={() => toggleTable(table)}
      title={t.filter.toolbar.tableTitle(name, on)}
    >
      {name}
    </button>
  );
}

function CloseButton() {
  const app = useApp();
  const count = useSelection().shownCount;
  const closing = useUi((state) => state.closing);
  const connected = useUi((state) => state.connection.kind === 'connected');
  const text = t.filter.toolbar;
  // Whether actions are allowed is known once connected.
  const refused = connected ? app.shell.actionsRefused() : text.noEngine;
  const reason = refused ?? (count === 0 ? text.closeNothing : text.closeTitle);
  return (
    <button
      type="button"
      className="danger"
      disabled={count === 0 || closing || refused !== null}
      onClick={() => app.run('close-connection')}
      aria-label={text.close}
      title={reason}
    >
      <Unplug size={15} aria-hidden />
      <span className="middle">{text.close}</span>
      {count > 1 && <span className="count">{count}</span>}
    </button>
  );
}
