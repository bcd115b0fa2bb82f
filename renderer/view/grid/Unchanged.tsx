import { memo } from 'react';
import type { ReactNode } from 'react';
import type { LiveRow } from '../../../shared/rowFacts';

interface Props {
  row: LiveRow;
  /** Another object whenever cells may look different though their row is the same. */
  by: object;
  render: () => ReactNode;
}

/** The cells of a row, rendered again only where that changes something: with most updates most rows are as they were. */
export const Unchanged = memo(
  function Unchanged({ render }: Props) {
    return render();
  },
  (a, b) => a.row === b.row && a.by === b.by,
);
