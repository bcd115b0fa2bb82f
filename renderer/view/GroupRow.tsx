import { formatRate, formatSum } from '../model/columns';
import type { ColumnSpec } from '../model/columns';
import { SUMMED } from '../model/lines';
import type { GroupLine, Summed } from '../model/lines';
import { t } from '../strings';
import { Fold } from './grid/Fold';

/** The heading of a group: its title and count, and below the columns that can be added up their sums. */
export function GroupRow({ line, columns }: { line: GroupLine; columns: readonly ColumnSpec[] }) {
  const firstSum = columns.findIndex(({ id }) => isSummed(id));
  const span = Math.max(1, firstSum < 0 ? columns.length : firstSum);
  return (
    <>
      <div
        className="group-title"
        role="gridcell"
        aria-colindex={1}
        aria-colspan={span}
        title={line.title}
        style={{ gridColumn: `1 / span ${span + 1}` }}
      >
        <Fold line={line} />
        <b>{line.title}</b>
        <span className="group-count">{t.grid.sockets(line.count)}</span>
      </div>
      {columns.slice(span).map(({ id, align }, i) => (
        <div key={id} role="gridcell" aria-colindex={span + i + 1} className={`cell ${align}`} data-sum={id}>
          {isSummed(id) ? sumText(id, line.sums[id]) : ''}
        </div>
      ))}
    </>
  );
}

function isSummed(id: string): id is Summed {
  return (SUMMED as readonly string[]).includes(id);
}

function sumText(id: Summed, sum: number | null): string {
  return id === 'sendRate' || id === 'receiveRate' ? formatRate(sum) : formatSum(sum);
}
