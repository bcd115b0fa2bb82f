import { X } from 'lucide-react';
import { summariseClose } from '../../shared/actions';
import type { CloseOutcome } from '../../shared/actions';
import { ui, useUi } from '../model/uiStore';

const TITLES: Record<CloseOutcome, string> = {
  closed: 'Closed',
  gone: 'Already gone',
  refused: 'Refused',
  failed: 'Failed',
};
/** More would only slow the page; the summary counts them all. */
const LISTED = 500;

/** What came of the last closing, row by row. */
export function ResultPanel() {
  const results = useUi((state) => state.results);
  if (results === null) return null;
  return (
    <section className="results" aria-label="Result of closing">
      <header>
        <b role="status">{summariseClose(results)}</b>
        <button
          type="button"
          className="clear"
          aria-label="Dismiss"
          onClick={() => ui.set({ results: null })}
        >
          <X size={14} aria-hidden />
        </button>
      </header>
      <ul>
        {results.slice(0, LISTED).map(({ id, outcome, label, message }) => (
          <li key={id}>
            <span className={`outcome ${outcome}`}>{TITLES[outcome]}</span>
            <span className="label">{label}</span>
            {message !== null && <span className="why">{message}</span>}
          </li>
        ))}
        {results.length > LISTED && <li>… and {results.length - LISTED} more</li>}
      </ul>
    </section>
  );
}
