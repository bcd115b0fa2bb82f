import { CircleX, Copy, X } from 'lucide-react';
import { useState } from 'react';
import { summarise } from '../../../shared/confirmation';
import { OUTCOMES } from '../../../shared/orders';
import type { ActionResult, Outcome } from '../../../shared/orders';
import { plainText } from '../../../shared/text';
import { focusGrid } from '../../model/focus';
import { stillRunning } from '../../model/orders';
import { resultsText } from '../../model/results';
import { ui, useUi } from '../../model/uiStore';
import type { Done } from '../../model/uiStore';
import { t } from '../../strings';
import { useApp } from '../AppContext';
import { CopyButton } from '../inspector/CopyButton';
import { VirtualRows } from '../VirtualRows';

/** px of a line; styles/actions.css says the same */
const LINE = 21;

/** What came of the last order, row by row. */
export function ResultPanel() {
  const done = useUi((state) => state.done);
  const [seen, setSeen] = useState(done);
  const [turn, setTurn] = useState(0);
  // Another order's results are looked at from their beginning, all of them.
  if (seen !== done) {
    setSeen(done);
    setTurn(turn + 1);
  }
  return done === null ? null : <Panel key={turn} done={done} />;
}

function Panel({ done: { order, report } }: { done: Done }) {
  const [only, setOnly] = useState<Outcome | null>(null);
  const text = t.actions;
  const { results, unrecorded } = report;
  const shown = only === null ? results : results.filter(({ outcome }) => outcome === only);
  const dismiss = (): void => {
    ui.set({ done: null });
    focusGrid();
  };
  return (
    // Its buttons and its list have the focus.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <section
      className="results"
      aria-label={text.results}
      onKeyDown={(event) => {
        if (event.key === 'Escape') dismiss();
      }}
    >
      <header>
        <b className="summary" role="status">
          {summarise(order.action, results)}
        </b>
        <OutcomeFilter results={results} only={only} onChoose={setOnly} />
        <StillRunning done={{ order, report }} />
        <div className="tools">
          <CopyButton
            label={text.copyResults}
            text={() => resultsText(shown)}
            icon={<Copy size={13} aria-hidden />}
          >
            {text.copy}
          </CopyButton>
          <button
            type="button"
            className="clear"
            aria-label={text.dismiss}
            title={text.dismiss}
            onClick={dismiss}
          >
            <X size={14} aria-hidden />
          </button>
        </div>
      </header>
      {unrecorded !== null && (
        <p className="unrecorded" role="alert">
          {text.unrecorded(unrecorded)}
        </p>
      )}
      <VirtualRows
        name={text.results}
        kind="list"
        className="list"
        count={shown.length}
        estimate={LINE}
        rowClass="result"
        render={(i) => <Result result={shown[i]!} />}
      />
    </section>
  );
}

function Result({ result: { outcome, label, message } }: { result: ActionResult }) {
  return (
    <>
      <span className={`outcome ${outcome}`}>{t.actions.outcomes[outcome]}</span>
      <span className="label">{plainText(label)}</span>
      {message !== null && <span className="why">{plainText(message)}</span>}
    </>
  );
}

interface OutcomeFilterProps {
  results: readonly ActionResult[];
  only: Outcome | null;
  onChoose: (outcome: Outcome | null) => void;
}

/** Where they differ, one kind of them can be looked at alone. */
function OutcomeFilter({ results, only, onChoose }: OutcomeFilterProps) {
  const text = t.actions;
  const counts = OUTCOMES.map((outcome) => ({
    outcome,
    count: results.filter((result) => result.outcome === outcome).length,
  })).filter(({ count }) => count > 0);
  if (counts.length < 2) return null;
  return (
    <div className="outcomes" role="group" aria-label={text.showOutcome}>
      <button type="button" aria-pressed={only === null} onClick={() => onChoose(null)}>
        {text.all(results.length)}
      </button>
      {counts.map(({ outcome, count }) => (
        <button key={outcome} type="button" aria-pressed={only === outcome} onClick={() => onChoose(outcome)}>
          {text.outcomeCount(text.outcomes[outcome], count)}
        </button>
      ))}
    </div>
  );
}

/** Force is never used by itself: it is offered, as an order of its own with a question of its own. */
function StillRunning({ done: { order, report } }: { done: Done }) {
  const app = useApp();
  const processes = stillRunning(order, report);
  if (processes.length === 0) return null;
  return (
    <button
      type="button"
      className="danger"
      title={t.actions.stillRunning(processes.length)}
      onClick={() => void app.orders.killThose(processes)}
    >
      <CircleX size={13} aria-hidden />
      {t.actions.titles.kill(processes.length, false)}…
    </button>
  );
}
