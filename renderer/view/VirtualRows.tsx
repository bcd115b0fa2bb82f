import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';

interface VirtualRowsProps {
  /** What it is called: a list of items, or a table of rows below their header */
  name: string;
  kind: 'list' | 'table';
  className: string;
  /** Of a table, what stays above the rows */
  header?: ReactNode;
  count: number;
  /** px, of a row of one line; longer ones are measured */
  estimate: number;
  rowClass: string;
  render: (index: number) => ReactNode;
  /** Called when the last row comes into sight */
  onEnd?: () => void;
}

/** Scrolls through thousands of rows, of which those in sight are there. */
export function VirtualRows(props: VirtualRowsProps) {
  const { name, kind, className, header, count, estimate, rowClass, render, onEnd } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer<HTMLDivElement, Element>({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => estimate,
    overscan: 8,
  });
  const items = virtualizer.getVirtualItems();
  const isAtEnd = count > 0 && items.at(-1)?.index === count - 1;
  useEffect(() => {
    if (isAtEnd) onEnd?.();
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- once for each time that the end comes into sight
  }, [isAtEnd, count]);
  const isTable = kind === 'table';
  return (
    // It scrolls, so the keyboard must be able to come here.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div
      className={className}
      ref={scroller}
      role={kind}
      tabIndex={0}
      aria-label={name}
      aria-rowcount={isTable ? count + 1 : undefined}
    >
      {header}
      <div
        className="virtual"
        role={isTable ? 'rowgroup' : 'presentation'}
        style={{ height: virtualizer.getTotalSize() }}
      >
        {items.map(({ index, start }) => (
          <div
            key={index}
            ref={virtualizer.measureElement}
            data-index={index}
            className={rowClass}
            style={{ transform: `translateY(${start}px)` }}
            {...(isTable
              ? { role: 'row', 'aria-rowindex': index + 2 }
              : { role: 'listitem', 'aria-posinset': index + 1, 'aria-setsize': count })}
          >
            {render(index)}
          </div>
        ))}
      </div>
    </div>
  );
}
