import { useEffect, useRef, useState } from 'react';
import { focusGrid } from '../model/focus';
import { t } from '../strings';
import { useApp, useSockets } from './AppContext';

/** ms between two announcements: what changes with each update would flood a listener. */
const ANNOUNCE_EVERY = 10_000;

/** Says what waits while the grid is held still, and lets go. */
export function NewRowsChip() {
  const app = useApp();
  const { order, held } = useSockets();
  const parts = [
    ...(order.pendingCount > 0 ? [t.grid.newRows(order.pendingCount)] : []),
    ...(order.endedCount > 0 ? [t.grid.endedRows(order.endedCount)] : []),
  ];
  const text = held ? parts.join(', ') : '';
  const announced = useAnnounced(text === '' ? '' : `${t.grid.held}: ${text}`);
  return (
    <>
      <span className="visually-hidden" role="status">
        {announced}
      </span>
      {text !== '' && (
        <button
          type="button"
          className="new-rows"
          title={t.grid.letGoTitle}
          onClick={() => {
            app.holding.letGo();
            focusGrid();
          }}
        >
          <span className="what">{text}</span>
          <span className="do">{t.grid.letGo}</span>
        </button>
      )}
    </>
  );
}

/** The text of now and then. */
function useAnnounced(text: string): string {
  const [announced, announce] = useState('');
  const latest = useRef(text);
  const isSilent = text === '';
  useEffect(() => {
    latest.current = text;
  });
  useEffect(() => {
    announce(latest.current);
    if (isSilent) return;
    const timer = setInterval(() => announce(latest.current), ANNOUNCE_EVERY);
    return () => clearInterval(timer);
  }, [isSilent]);
  return announced;
}
