import { useContext, useSyncExternalStore } from 'react';
import type { ReactNode } from 'react';
import type { CellRow, ColumnSpec } from '../model/columns';
import { ownerGlyph } from '../model/ownerGlyph';
import { factColumn } from '../model/rowTerms';
import { useApp } from './AppContext';
import { CellFactsContext, pinClass } from './CellFacts';
import { piecesOf, tailStart } from './cellPieces';

/** What is inherited with an owner. */
const OWNER_COLUMNS: readonly string[] = ['processName', 'pid', 'user', 'parent', 'unit', 'container'];

interface CellProps {
  spec: ColumnSpec;
  row: CellRow;
}

/** One cell. What is cut off on screen is whole in the tooltip. */
export function Cell({ spec, row }: CellProps) {
  const { lookups, highlights, pins } = useContext(CellFactsContext);
  const text = spec.text(row, lookups);
  const more = spec.more(row, lookups);
  const pin = pins.get(spec.id);
  const isProcess = spec.id === 'processName';
  const tail = spec.elide === 'middle' ? tailStart(text) : 0;
  const ranges = highlights(factColumn(spec.id, row), text);
  return (
    <div
      role="gridcell"
      className={classOf(spec, row, text, tail > 0) + pinClass(pin ?? null, pins.size)}
      title={spec.tooltip(row, lookups)}
      data-column={spec.id}
      style={pin === undefined ? undefined : { left: `var(--pin-${pin})` }}
    >
      {isProcess && <Glyph row={row} />}
      {tail === 0 ? (
        marked(text, ranges)
      ) : (
        <>
          <span className="head">{marked(text, ranges, 0, tail)}</span>
          <span className="tail">{marked(text, ranges, tail)}</span>
        </>
      )}
      {more !== '' && <span className="more">{more}</span>}
    </div>
  );
}

function classOf(spec: ColumnSpec, row: CellRow, text: string, isCut: boolean): string {
  let name = `cell ${spec.align}`;
  if (isCut) name += ' cut';
  if (text === '*' || (spec.id === 'processName' && row.processName === null)) name += ' unknown';
  if ((row.owner === 'inherited' || row.owner === 'presumed') && OWNER_COLUMNS.includes(spec.id))
    name += ' inherited';
  if (spec.id === 'state' && row.state !== null)
    name += ` state-${row.state.toLowerCase().replaceAll('_', '-')}`;
  return name;
}

/** Text with what the filter found in it; plain where that is nothing. */
function marked(
  text: string,
  ranges: readonly (readonly [number, number])[],
  start = 0,
  end = text.length,
): ReactNode {
  if (ranges.length === 0) return text.slice(start, end);
  return piecesOf(text, ranges, start, end).map(({ text, at, marked }) =>
    marked ? <mark key={at}>{text}</mark> : <span key={at}>{text}</span>,
  );
}

/** A sign that tells processes apart at a glance: the program's icon, where there is one. It says nothing that the row does not. */
function Glyph({ row }: { row: CellRow }) {
  const { icons } = useApp();
  const icon = useSyncExternalStore(icons.subscribe, () => icons.of(row));
  if (icon !== null) return <img className="glyph icon" src={icon} alt="" draggable={false} />;
  const { kind, letter, hue } = ownerGlyph(row);
  return (
    <span
      className={`glyph ${kind}`}
      data-letter={letter}
      aria-hidden
      style={hue === null ? undefined : ({ '--hue': hue } as React.CSSProperties)}
    />
  );
}
