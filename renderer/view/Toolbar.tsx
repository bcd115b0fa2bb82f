import { Download, Pause, Play, RefreshCw } from 'lucide-react';
import { MAIN_TABLES, tableTitle } from '../../shared/socket';
import type { MainTable } from '../../shared/socket';
import { toggleTable, useUi } from '../model/uiStore';
import { t } from '../strings';
import { useApp } from './AppContext';
import { FilterBox } from './filter/FilterBox';
import { FilterChips } from './filter/FilterChips';
import { StateMenu } from './filter/StateMenu';
import { ViewMenu, ViewSwitches } from './filter/ViewMenu';
import { SocketMenu } from './SocketMenu';
import { ToolbarActions } from './actions/ToolbarActions';

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
          <ToolbarActions />
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
