import { X } from 'lucide-react';
import { useEffect } from 'react';
import { tableTitle } from '../../shared/socket';
import { formatTime } from '../model/columns';
import { ui, useUi } from '../model/uiStore';

/** How long good news stays, ms. Bad news stays until it is dismissed. */
const INFO_MS = 6000;

/** Strips above the grid: what is wrong with the wire or the tables, and what the last command came to. */
export function Notices() {
  const connection = useUi((state) => state.connection);
  // Before anything was seen, the empty grid says why (EmptyState).
  const seen = useUi((state) => state.welcome !== null);
  const notice = useUi((state) => state.notice);
  const problems = useUi((state) => state.status?.problems);

  useEffect(() => {
    if (notice?.kind !== 'info') return undefined;
    const timer = setTimeout(() => ui.set({ notice: null }), INFO_MS);
    return () => clearTimeout(timer);
  }, [notice]);

  return (
    <div className="notices" aria-live="polite">
      {(connection.kind === 'lost' || (connection.kind === 'refused' && seen)) && (
        <div className="notice warning">{connection.message} What is shown is as it was last seen.</div>
      )}
      {(problems ?? []).map(({ table, namespace, message, since }) => (
        <div key={`${table} ${namespace}`} className="notice warning">
          <b>{tableTitle(table)}</b> cannot be read since {formatTime(since)}; its rows are as they were last
          seen. {message}
        </div>
      ))}
      {notice !== null && (
        <div className={`notice ${notice.kind}`}>
          <span>{notice.text}</span>
          <button
            type="button"
            className="clear"
            aria-label="Dismiss"
            onClick={() => ui.set({ notice: null })}
          >
            <X size={14} aria-hidden />
          </button>
        </div>
      )}
    </div>
  );
}
