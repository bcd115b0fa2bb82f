import { factText } from '../../../shared/factText';
import { stateTitle } from '../../../shared/socket';
import type { SocketRow } from '../../../shared/socket';
import { plainText } from '../../../shared/text';
import { formatClock } from '../../model/clock';
import type { DetailsState } from '../../model/openDetails';
import type { TimelineEvent } from '../../model/timeline';
import { useUi } from '../../model/uiStore';
import { t } from '../../strings';
import { useInspector } from './useInspector';

/** What happened to the socket: as far as the system tells, and as far as it was watched. */
export function TimelineTab({ state: { id, row } }: { state: DetailsState }) {
  const timeline = useInspector().watch(id)?.timeline;
  const readAt = useUi((ui) => ui.status?.readAt ?? null);
  const events = timeline?.events() ?? [];
  const watched = events.find(({ kind }) => kind === 'watched');
  return (
    <>
      <ol className="timeline">
        {events.map((event, i) => {
          const before = events[i - 1];
          return (
            <li key={`${event.kind} ${event.at}`} className={event.kind}>
              <time dateTime={new Date(event.at).toISOString()}>
                {factText({ value: event.at, unit: 'time' })}
              </time>
              <span className="dot" aria-hidden />
              <span>{wordsOf(event)}</span>
              {before !== undefined && event.at > before.at && (
                <span className="after">{t.inspector.timeline.after(durationOf(event.at - before.at))}</span>
              )}
            </li>
          );
        })}
      </ol>
      {timeline?.ended === false && readAt !== null && (
        <p className="since">{presentState(row, events, readAt)}</p>
      )}
      {watched !== undefined && <p className="note">{t.inspector.timeline.note(formatClock(watched.at))}</p>}
    </>
  );
}

/** Only a change that was seen says how long a state has lasted. */
function presentState(row: SocketRow, events: readonly TimelineEvent[], readAt: number): string {
  const changed = events.findLast(({ kind }) => kind === 'state');
  const since = changed ?? events.find(({ kind }) => kind === 'watched');
  const duration = durationOf(Math.max(0, readAt - (since?.at ?? readAt)));
  const { sinceChange, sinceWatched } = t.inspector.timeline;
  return (changed === undefined ? sinceWatched : sinceChange)(stateText(row.state), duration);
}

function wordsOf(event: TimelineEvent): string {
  const { timeline } = t.inspector;
  switch (event.kind) {
    case 'watched':
      return timeline.watched(stateText(event.state));
    case 'state':
      return timeline.state(stateText(event.from), stateText(event.to));
    case 'owner':
      return timeline.owner(
        event.pid === null ? timeline.nobody : `${plainText(event.name ?? '')} (${event.pid})`.trim(),
      );
    default:
      return timeline[event.kind];
  }
}

function stateText(state: SocketRow['state']): string {
  return state === null ? t.inspector.noState : stateTitle(state);
}

function durationOf(ms: number): string {
  return factText({ value: ms < 1000 ? ms : Math.round(ms / 1000) * 1000, unit: 'ms' });
}
