import { memo, useMemo, useState } from 'react';
import type { Fact, FactGroup } from '../../../shared/details';
import { factText } from '../../../shared/factText';
import { plainText } from '../../../shared/text';
import type { DetailsState } from '../../model/openDetails';
import { cardsOf, cardText } from '../../model/rowCards';
import { useUi } from '../../model/uiStore';
import { t } from '../../strings';
import { columnCount, placeCards } from './cardColumns';
import { CopyButton, moveAmongButtons } from './CopyButton';
import { useWidth } from './useWidth';

/** Longer texts (paths above all) get a line of their own below their title. */
const SHORT = 22;

/** Everything known of the socket and its processes, in cards. */
export function OverviewTab({ state: { row, details, ended } }: { state: DetailsState }) {
  const [box, setBox] = useState<HTMLElement | null>(null);
  const columns = columnCount(useWidth(box));
  const traffic = useUi(({ welcome }) => welcome?.traffic);
  const cards = cardsOf(row, details, traffic);
  // Cards keep their places while only their lines change: nothing jumps under the reader's eyes.
  const names = cards.map(({ name }) => name).join(' ');
  // oxlint-disable-next-line react-hooks/exhaustive-deps
  const places = useMemo(() => placeCards(cards, columns), [names, columns]);
  return (
    <>
      {details === null && <p className="note">{ended ? t.inspector.nothingKnown : t.inspector.asking}</p>}
      <div className="cards" ref={setBox}>
        {Array.from({ length: columns }, (_, column) => (
          <div key={column}>
            {cards.map((group, i) => (places[i] === column ? <Card key={group.name} group={group} /> : null))}
          </div>
        ))}
      </div>
    </>
  );
}

function Card({ group }: { group: FactGroup }) {
  const { title, facts, note } = group;
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- its buttons have the focus
    <section className="card" role="group" aria-label={title} onKeyDown={moveAmongButtons}>
      <h3>
        {title}
        <CopyButton label={t.inspector.copy(title)} text={() => `${cardText(group)}\n`} />
      </h3>
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
      <dd>
        {text}
        <CopyButton label={t.inspector.copy(title)} text={() => text} tabIndex={-1} />
      </dd>
    </div>
  );
});

/** Noughts and what is off step back, so that what is the matter is seen. */
function saysNothing({ value, unit }: Fact): boolean {
  return value === false || value === 'none' || value === 'off' || (value === 0 && unit !== 'none');
}
