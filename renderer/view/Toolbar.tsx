import { Download, Pause, Play, RefreshCw, Search, Unplug, X } from 'lucide-react';
import { MAIN_TABLES, tableTitle } from '../../shared/socket';
import type { MainTable } from '../../shared/socket';
import { toggleTable, ui, useUi } from '../model/uiStore';
import { useApp, useSelection } from './AppContext';
import { SocketMenu } from './SocketMenu';

export function Toolbar() {
  const app = useApp();
  const paused = useUi((state) => state.status?.paused ?? false);
  const tables = useUi((state) => state.tables);
  return (
    <div className="toolbar" role="toolbar" aria-label="Sockets">
      <div className="group">
        <button
          type="button"
          onClick={() => app.run('pause')}
          aria-pressed={paused}
          title={paused ? 'Go on updating (Ctrl+P)' : 'Stop updating (Ctrl+P)'}
        >
          {paused ? <Play size={15} aria-hidden /> : <Pause size={15} aria-hidden />}
          <span className="label">{paused ? 'Resume' : 'Pause'}</span>
        </button>
        <button type="button" onClick={() => app.run('refresh')} title="Read the tables now (F5)">
          <RefreshCw size={15} aria-hidden />
          <span className="label">Refresh</span>
        </button>
      </div>
      <div className="group joined" role="group" aria-label="Protocols shown">
        {MAIN_TABLES.map((table) => (
          <TableToggle key={table} table={table} on={tables[table]} />
        ))}
      </div>
      <SocketMenu />
      <SearchBox />
      <div className="group end">
        <button
          type="button"
          onClick={() => app.run('export-csv')}
          title="Save the rows shown as CSV (Ctrl+S)"
        >
          <Download size={15} aria-hidden />
          <span className="label">Export CSV</span>
        </button>
        <CloseButton />
      </div>
    </div>
  );
}

function TableToggle({ table, on }: { table: MainTable; on: boolean }) {
  const name = tableTitle(table);
  return (
    <button
      type="button"
      aria-pressed={on}
      onClick={() => toggleTable(table)}
      title={`${on ? 'Hide' : 'Show'} ${name} sockets`}
    >
      {name}
    </button>
  );
}

function SearchBox() {
  const search = useUi((state) => state.search);
  return (
    <label className="search">
      <Search size={15} aria-hidden />
      <input
        id="search"
        type="text"
        placeholder="Search"
        aria-label="Search"
        autoComplete="off"
        spellCheck={false}
        value={search}
        onChange={(event) => ui.set({ search: event.target.value })}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          if (search === '') document.getElementById('grid')?.focus();
          else ui.set({ search: '' });
        }}
      />
      {search !== '' && (
        <button
          type="button"
          className="clear"
          aria-label="Clear the search"
          onClick={() => ui.set({ search: '' })}
        >
          <X size={14} aria-hidden />
        </button>
      )}
    </label>
  );
}

function CloseButton() {
  const app = useApp();
  const count = useSelection().shownCount;
  const closing = useUi((state) => state.closing);
  const connected = useUi((state) => state.connection.kind === 'connected');
  // Whether actions are allowed is known once connected.
  const refused = connected ? app.shell.actionsRefused() : 'There is no connection to the engine';
  const reason = refused ?? (count === 0 ? 'Select a row first' : 'Close the selected connections (Delete)');
  return (
    <button
      type="button"
      className="danger"
      disabled={count === 0 || closing || refused !== null}
      onClick={() => app.run('close-connection')}
      aria-label="Close Connection"
      title={reason}
    >
      <Unplug size={15} aria-hidden />
      <span className="wide">Close Connection</span>
      {count > 1 && <span className="count">{count}</span>}
    </button>
  );
}
