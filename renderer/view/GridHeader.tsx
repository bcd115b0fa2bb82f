import { ArrowDown, ArrowUp } from 'lucide-react';
import { columnOf } from '../model/columns';
import type { ColumnId } from '../model/columns';
import { sortBy, useUi } from '../model/uiStore';

export function GridHeader({ headers }: { headers: readonly { id: string }[] }) {
  const sort = useUi((state) => state.sort);
  return (
    <div className="header" role="row" aria-rowindex={1}>
      <div className="mark" aria-hidden />
      {headers.map((header) => {
        const { id, title, align } = columnOf(header.id as ColumnId);
        const sorted = sort.column === id;
        return (
          <div
            key={id}
            role="columnheader"
            className={`cell ${align}`}
            aria-sort={sorted ? (sort.descending ? 'descending' : 'ascending') : 'none'}
          >
            <button type="button" onClick={() => sortBy(id)} title={`Sort by ${title}`}>
              <span>{title}</span>
              {sorted &&
                (sort.descending ? <ArrowDown size={12} aria-hidden /> : <ArrowUp size={12} aria-hidden />)}
            </button>
          </div>
        );
      })}
    </div>
  );
}
