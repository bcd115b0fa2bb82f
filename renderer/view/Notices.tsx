import { X } from 'lucide-react';
import { useEffect } from 'react';
import { tableTitle } from '../../shared/socket';
import { formatTime } from '../model/columns';
import { ui, useUi } from '../model/uiStore';
import { t } from '../strings';
import { useApp } from './AppContext';
import { Countdown, LostButtons } from './EngineStatus';

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
        <div className="notice warning">
          <span>
            {connection.message} {t.window.lastSeen}{' '}
            {connection.kind === 'lost' && connection.retryAt !== null && (
              <Countdown at={connection.retryAt} />
            )}
          </span>
          {connection.kind === 'lost' && <LostButtons />}
          {connection.kind === 'refused' && (
            <button type="button" onClick={() => window.location.reload()}>
              {t.window.reload}
            </button>
          )}
        </div>
      )}
      {(problems ?? []).map(({ table, namespace, message, since }) => (
        <div key={`${table} ${namespace}`} className="notice warning">
          <b>{tableTitle(table)}</b> {t.window.tableProblem(formatTime(since))} {message}
        </div>
      ))}
      {notice !== null && (
        <div className={`notice ${notice.kind === 'info' ? 'toast' : notice.kind}`}>
          <span>{notice.text}</span>
          <button
            type="button"
            className="clear"
            aria-label={t.window.dismiss}
            onClick={() => ui.set({ notice: null })}
          >
            <X size={14} aria-hidden />
          </button>
        </div>
      )}
    </div>
  );
}

/** Below the grid, where it moves no row: that what is shown does not change, and how it will again. */
export function PausedNotice() {
  const app = useApp();
  const paused = useUi((state) => state.status?.paused === true && state.connection.kind === 'connected');
  if (!paused) return null;
  return (
    <div className="notice info" role="status">
      <span>{t.window.paused}</span>
      <button type="button" onClick={() => app.run('pause')}>
        {t.window.resume}
      </button>
    </div>
  );
}
