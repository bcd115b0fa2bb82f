import { Funnel, TriangleAlert, X } from 'lucide-react';
import { stateTitle, tableTitle } from '../../../shared/socket';
import { plainText } from '../../../shared/text';
import { formatCount } from '../../model/columns';
import { activeParts, clearFilters, filterOf, removePart } from '../../model/filter';
import type { FilterPart } from '../../model/filter';
import { ui, useUi } from '../../model/uiStore';
import { t } from '../../strings';
import { useApp, useSockets } from '../AppContext';

/** More states than these share one chip. */
const STATE_CHIPS = 3;

/** Says what hides rows, below the toolbar, for as long as anything does. */
export function FilterChips() {
  const search = useUi((state) => state.search);
  const tables = useUi((state) => state.tables);
  const hidden = useUi((state) => state.hidden);
  const parts = activeParts({ search, tables, hidden });
  if (parts.length === 0) return null;
  const manyStates = hidden.states.length > STATE_CHIPS;
  const chips = manyStates ? parts.filter(({ kind }) => kind !== 'state') : parts;
  const text = t.filter.bar;
  return (
    <div className="filter-bar" role="region" aria-label={text.name}>
      <Funnel size={13} aria-hidden />
      <ShownCount />
      {chips.map((part) => (
        <Chip key={JSON.stringify(part)} label={labelOf(part)} onRemove={() => removePart(part)} />
      ))}
      {manyStates && (
        <Chip
          label={text.states(hidden.states.length)}
          title={hidden.states.map(stateTitle).join(', ')}
          onRemove={() => ui.set({ hidden: { ...hidden, states: [] } })}
        />
      )}
      <FirstError text={search} />
      <span className="spacer" />
      <button type="button" className="plain" title={text.clearTitle} onClick={clearFilters}>
        {text.clear}
      </button>
    </div>
  );
}

function ShownCount() {
  const { order } = useSockets();
  const shown = formatCount(order.length) || '0';
  return <span className="shown">{t.filter.bar.shown(shown, formatCount(order.total) || '0')}</span>;
}

function labelOf(part: FilterPart): string {
  const text = t.filter.bar;
  if (part.kind === 'text') return text.text(plainText(part.text));
  if (part.kind === 'table') return text.table(part.table, tableTitle(part.table));
  return part.kind === 'hidden' ? text.hidden[part.what] : text.state(stateTitle(part.state));
}

interface ChipProps {
  label: string;
  title?: string;
  onRemove: () => void;
}

function Chip({ label, title = label, onRemove }: ChipProps) {
  return (
    <span className="chip" title={title}>
      <span className="label">{label}</span>
      <button
        type="button"
        className="clear"
        aria-label={t.filter.bar.remove(label)}
        title={t.filter.bar.remove(label)}
        onClick={onRemove}
      >
        <X size={12} aria-hidden />
      </button>
    </span>
  );
}

/** Why a part of the filter is not followed. */
function FirstError({ text }: { text: string }) {
  const { lookups } = useApp();
  const error = filterOf(text, lookups).errors[0];
  if (error === undefined) return null;
  return (
    <span className="error" title={plainText(error.message)}>
      <TriangleAlert size={13} aria-hidden />
      <span className="label">{plainText(error.message)}</span>
    </span>
  );
}
