import { memo } from 'react';
import type { ReactNode } from 'react';
import type { Entry } from '../../model/lines';

interface Props {
  row: Entry['row'];
  /** The entry's: the row is the same object for as long as it stays in its place, and changes */
  stamp: number;
  /** Another object whenever cells may look different though their row is the same. */
  by: object;
  render: () => ReactNode;
}

/** The cells of a row, rendered again only where that changes something: with most updates most rows are as they were. */
export const Unchanged = memo(
  function Unchanged({ render }: Props) {
    return render();
  },
  (a, b) => a.row === b.row && a.stamp === b.stamp && a.by === b.by,
);
