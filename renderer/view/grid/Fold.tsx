import { ChevronDown, ChevronRight } from 'lucide-react';
import { foldKey } from '../../model/lines';
import type { Line } from '../../model/lines';
import { toggleFold } from '../../model/upkeep';
import { t } from '../../strings';

/** Folds a line's own lines in and out. The keyboard does it on the line itself. */
export function Fold({ line }: { line: Line }) {
  const Icon = line.collapsed ? ChevronRight : ChevronDown;
  const title = line.collapsed ? t.grid.unfold : t.grid.fold;
  return (
    <span
      className="fold"
      aria-hidden
      title={line.kind === 'socket' ? `${title}: ${t.grid.accepted(line.count)}` : title}
      onMouseDown={(event) => event.stopPropagation()}
      onDoubleClick={(event) => event.stopPropagation()}
      onClick={() => toggleFold(foldKey(line))}
    >
      <Icon size={14} aria-hidden />
    </span>
  );
}
