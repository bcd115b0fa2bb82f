import { X } from 'lucide-react';
import { summariseClose } from '../../shared/actions';
import { ui, useUi } from '../model/uiStore';
import { t } from '../strings';

/** More would only slow the page; the summary counts them all. */
const LISTED = 500;

/** What came of the last closing, row by row. */
export function ResultPanel() {
  const results = useUi((state) => state.results);
  if (results === null) return null;
  const text = t.filter.results;
  return (
    <section className="results" aria-label={text.name}>
      <header>
        <b role="status">{summariseClose(results)}</b>
        <button
          type="button"
          className="clear"
          aria-label={text.dismiss}
          title={text.dismiss}
          onClick={() => ui.set({ results: null })}
        >
          <X size={14} aria-hidden />
        </button>
      </header>
      {/* It scrolls, so the keyboard must be able to come here. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <ul tabIndex={0} aria-label={text.name}>
        {results.slice(0, LISTED).map(({ id, outcome, label, message }) => (
          <li key={id}>
            <span className={`outcome ${outcome}`}>{text.outcomes[outcome]}</span>
            <span className="label">{label}</span>
            {message !== null && <span className="why">{message}</span>}
          </li>
        ))}
        {results.length > LISTED && <li>{text.more(results.length - LISTED)}</li>}
      </ul>
    </section>
  );
}
