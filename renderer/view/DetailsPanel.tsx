import { X } from 'lucide-react';
import { memo, useEffect, useLayoutEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import { socketLabel } from '../../shared/actions';
import { holderGroup } from '../../shared/details';
import type { Fact, FactGroup, SocketDetails } from '../../shared/details';
import { factText } from '../../shared/factText';
import { stateTitle } from '../../shared/socket';
import { plainText } from '../../shared/text';
import type { DetailsState } from '../model/openDetails';
import { useUi } from '../model/uiStore';
import { useApp } from './AppContext';
import { columnCount, placeCards } from './cardColumns';

/** Longer texts (paths above all) get a line of their own below their title. */
const SHORT = 22;

/** Everything known of one socket, below the grid. */
export function DetailsPanel() {
  const state = useUi((ui) => ui.details);
  return state === null ? null : <Panel key={state.id} state={state} />;
}

function Panel({ state }: { state: DetailsState }) {
  const app = useApp();
  const { id, row, details, ended } = state;
  const box = useRef<HTMLElement>(null);

  // The grid has become smaller: its row is to stay in sight.
  useLayoutEffect(() => {
    document.getElementById(`row-${id}`)?.scrollIntoView({ block: 'nearest' });
  }, [id]);

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key === 'Escape' && box.current?.contains(event.target as Node)) app.closeDetails();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [app]);

  return (
    <section ref={box} className={`details${ended ? ' ended' : ''}`} aria-label="Properties">
      <header>
        <h2 title={socketLabel(row)}>{socketLabel(row)}</h2>
        {row.state !== null && <span className="state">{stateTitle(row.state)}</span>}
        {ended && (
          <b className="gone" role="status">
            This socket has ended
          </b>
        )}
        <button
          type="button"
          className="clear"
          aria-label="Close properties"
          onClick={() => app.closeDetails()}
        >
          <X size={14} aria-hidden />
        </button>
      </header>
      {/* It scrolls, so the keyboard must get there. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className="facts" tabIndex={0} role="group" aria-label="Facts">
        {details === null ? (
          <p className="note">{ended ? 'Nothing more is known of it.' : 'Asking the system…'}</p>
        ) : (
          <Cards details={details} />
        )}
      </div>
    </section>
  );
}

function Cards({ details: { groups, holders } }: { details: SocketDetails }) {
  const columns = columnCount(useSyncExternalStore(onResize, () => window.innerWidth));
  const cards = [...holders.map((holder, i) => holderGroup(holder, i + 1, holders.length)), ...groups];
  // Cards keep their places while only their lines change: nothing jumps under the reader's eyes.
  const names = cards.map(({ name }) => name).join(' ');
  // oxlint-disable-next-line react-hooks/exhaustive-deps
  const places = useMemo(() => placeCards(cards, columns), [names, columns]);
  return (
    <div className="cards">
      {Array.from({ length: columns }, (_, column) => (
        <div key={column}>
          {cards.map((group, i) => (places[i] === column ? <Group key={group.name} group={group} /> : null))}
        </div>
      ))}
    </div>
  );
}

function onResize(listener: () => void): () => void {
  window.addEventListener('resize', listener);
  return () => window.removeEventListener('resize', listener);
}

function Group({ group: { title, facts, note } }: { group: FactGroup }) {
  return (
    <section className="card">
      <h3>{title}</h3>
      {note !== null && <p className="note">{plainText(note)}</p>}
      {facts.length > 0 && (
        <dl>
          {facts.map((fact) => (
            <Line key={fact.name} title={fact.title} text={factText(fact)} nothing={saysNothing(fact)} />
          ))}
        </dl>
      )}
    </section>
  );
}

const Line = memo(function Line({ title, text, nothing }: { title: string; text: string; nothing: boolean }) {
  return (
    <div className={`${text.length > SHORT ? 'long' : ''}${nothing ? ' nothing' : ''}`}>
      <dt>{title}</dt>
      <dd>{text}</dd>
    </div>
  );
});

/** Noughts and what is off step back, so that what is the matter is seen. */
function saysNothing({ value, unit }: Fact): boolean {
  return value === false || value === 'none' || value === 'off' || (value === 0 && unit !== 'none');
}
