import { Search, X } from 'lucide-react';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { flushSync } from 'react-dom';
import { completions, fromCurrPorts } from '../../../shared/filter';
import type { Completions, FilterError } from '../../../shared/filter';
import { plainText } from '../../../shared/text';
import { filterOf } from '../../model/filter';
import { valuesOf } from '../../model/filterValues';
import { focusGrid } from '../../model/focus';
import { ui, useUi } from '../../model/uiStore';
import { t } from '../../strings';
import { useApp } from '../AppContext';
import { FilterHelp } from './FilterHelp';
import { SavedFilters } from './SavedFilters';

/** What the grid is filtered by: errors are underlined where they are, fields and values are suggested. */
export function FilterBox() {
  const app = useApp();
  const search = useUi((state) => state.search);
  const [focused, setFocused] = useState(false);
  const [offer, setOffer] = useState<Completions | null>(null);
  const [active, setActive] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const { errors } = filterOf(search, app.lookups);
  const currPorts = focused ? fromCurrPorts(search) : null;

  const put = (text: string, cursor = text.length): void => {
    flushSync(() => ui.set({ search: text }));
    input.current?.setSelectionRange(cursor, cursor);
  };
  const suggest = (text: string, cursor: number, asked = false): boolean => {
    const found = completions(text, cursor, (field) => valuesOf(app.sockets.order, field, app.lookups));
    const typed = text.slice(found.from, found.to);
    // Between two words anything may follow; whoever wants to see it all asks for it.
    const isWanted = asked || typed !== '' || /[:,=<>]$/.test(text.slice(0, cursor));
    const fitting = found.items.filter(({ insert }) => insert.trimEnd() !== typed);
    const items = isWanted ? fitting.slice(0, OFFERED) : [];
    setOffer(items.length > 0 ? { ...found, items } : null);
    setActive(-1);
    return items.length > 0;
  };
  const putAway = (): void => {
    setOffer(null);
    setActive(-1);
  };
  const accept = (index: number): void => {
    const item = offer?.items[index];
    if (offer === null || item === undefined) return;
    const text = `${search.slice(0, offer.from)}${item.insert}${search.slice(offer.to)}`;
    const cursor = offer.from + item.insert.length;
    put(text, cursor);
    putAway();
    // Behind a field's name its values are wanted next.
    if (/[:,(]$/.test(item.insert)) suggest(text, cursor);
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    const { key } = event;
    if (event.nativeEvent.isComposing || event.altKey) return;
    const done = onKey(key, event);
    if (!done) return;
    event.preventDefault();
    event.stopPropagation();
  };
  const onKey = (key: string, { shiftKey, ctrlKey }: KeyboardEvent): boolean => {
    const count = offer?.items.length ?? 0;
    if (key === ' ' && ctrlKey) return suggestHere();
    if (key === 'Escape') {
      if (offer !== null) putAway();
      else if (search !== '') ui.set({ search: '' });
      else toGrid();
      return true;
    }
    if (key === 'ArrowDown' && offer === null) return suggestHere() || toGrid();
    if (key === 'Enter') {
      if (active >= 0) accept(active);
      else if (offer !== null) putAway();
      else if (currPorts !== null) put(currPorts);
      else toGrid();
      return true;
    }
    if (offer === null || ctrlKey) return false;
    if (key === 'Tab' && !shiftKey) accept(Math.max(active, 0));
    // One step before the first is the text itself.
    else if (key === 'ArrowDown') setActive(active + 1 === count ? -1 : active + 1);
    else if (key === 'ArrowUp') setActive(active < 0 ? count - 1 : active - 1);
    else return false;
    return true;
  };
  const suggestHere = (): boolean => suggest(search, input.current?.selectionStart ?? search.length, true);

  // What is still being typed is not wrong yet.
  const wrong = offer === null ? errors : errors.filter(({ to }) => to < offer.from);
  const error = wrong[0];
  const isDropped = focused && (offer !== null || error !== undefined || currPorts !== null);
  return (
    <div className="filter-box">
      <div className={`search${wrong.length > 0 ? ' wrong' : ''}`}>
        <Search size={15} aria-hidden />
        <div className="field">
          <Underlines text={search} errors={wrong} input={input} />
          <input
            id="search"
            ref={input}
            type="text"
            role="combobox"
            placeholder={t.filter.box.placeholder}
            aria-label={t.filter.box.name}
            aria-autocomplete="list"
            aria-expanded={offer !== null}
            aria-controls={offer === null ? undefined : 'filter-offers'}
            aria-activedescendant={active < 0 ? undefined : `filter-offer-${active}`}
            aria-invalid={wrong.length > 0}
            aria-describedby={isDropped && error !== undefined ? 'filter-error' : undefined}
            autoComplete="off"
            spellCheck={false}
            value={search}
            onChange={({ target }) => {
              ui.set({ search: target.value });
              suggest(target.value, target.selectionStart ?? target.value.length);
            }}
            onKeyDown={onKeyDown}
            onFocus={() => setFocused(true)}
            onBlur={() => {
              setFocused(false);
              putAway();
            }}
          />
        </div>
        {search !== '' && (
          <button
            type="button"
            className="clear"
            aria-label={t.filter.box.clear}
            title={t.filter.box.clear}
            onClick={() => {
              put('');
              input.current?.focus();
            }}
          >
            <X size={14} aria-hidden />
          </button>
        )}
        <FilterHelp />
        <SavedFilters />
      </div>
      {isDropped && (
        <div className="filter-drop">
          {offer !== null && <Offers offer={offer} active={active} onChoose={accept} />}
          {currPorts !== null && (
            <div className="note converted">
              <span>{t.filter.box.currPorts}</span>
              <code>{plainText(currPorts)}</code>
              <button
                type="button"
                title={t.filter.box.convertTitle}
                // The box keeps the focus, and this stays where it is until it is clicked.
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => put(currPorts)}
              >
                {t.filter.box.convert} <kbd>Enter</kbd>
              </button>
            </div>
          )}
          {error !== undefined && (
            <div className="note error" id="filter-error">
              {plainText(error.message)}
            </div>
          )}
        </div>
      )}
    </div>
  );
}

/** How many suggestions are shown at most. */
const OFFERED = 12;

function toGrid(): true {
  focusGrid();
  return true;
}

interface OffersProps {
  offer: Completions;
  active: number;
  onChoose: (index: number) => void;
}

function Offers({ offer, active, onChoose }: OffersProps) {
  return (
    <>
      <div className="offers" id="filter-offers" role="listbox" aria-label={t.filter.box.suggestions}>
        {offer.items.map(({ insert, label, detail }, i) => (
          // The keyboard's way is in the box: it has the focus while this is open.
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
          <div
            key={insert}
            id={`filter-offer-${i}`}
            role="option"
            tabIndex={-1}
            aria-selected={i === active}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => onChoose(i)}
          >
            <span className="label">{plainText(label)}</span>
            <span className="detail">{plainText(detail)}</span>
          </div>
        ))}
      </div>
      <div className="offer-keys">{t.filter.box.keys}</div>
    </>
  );
}

interface UnderlinesProps {
  text: string;
  errors: readonly FilterError[];
  input: React.RefObject<HTMLInputElement | null>;
}

/** The same text behind the box's own, invisible but for the lines below what is wrong; scrolled as the box is. */
function Underlines({ text, errors, input }: UnderlinesProps) {
  const mirror = useRef<HTMLDivElement>(null);
  const follow = (): void => {
    if (mirror.current !== null && input.current !== null)
      mirror.current.scrollLeft = input.current.scrollLeft;
  };
  useLayoutEffect(follow);
  useEffect(() => {
    // A text field scrolls without saying so to anybody; it does so when the cursor moves.
    const later = (): void => {
      requestAnimationFrame(follow);
    };
    document.addEventListener('selectionchange', later);
    window.addEventListener('resize', later);
    return () => {
      document.removeEventListener('selectionchange', later);
      window.removeEventListener('resize', later);
    };
  });
  return (
    <div className="mirror" aria-hidden ref={mirror}>
      {segments(text, errors).map(({ from, part, wrong }) =>
        wrong ? <u key={from}>{part}</u> : <span key={from}>{part}</span>,
      )}
    </div>
  );
}

/** The text cut up at the errors. Those that overlap are one. */
function segments(
  text: string,
  errors: readonly FilterError[],
): { from: number; part: string; wrong: boolean }[] {
  const parts: { from: number; part: string; wrong: boolean }[] = [];
  let at = 0;
  for (const { from, to } of [...errors].sort((a, b) => a.from - b.from)) {
    if (from > at) parts.push({ from: at, part: text.slice(at, from), wrong: false });
    const start = Math.max(at, from);
    if (to > start) parts.push({ from: start, part: text.slice(start, to), wrong: true });
    at = Math.max(at, to);
  }
  if (at < text.length) parts.push({ from: at, part: text.slice(at), wrong: false });
  return parts;
}
