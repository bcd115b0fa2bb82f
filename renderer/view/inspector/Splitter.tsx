import { useRef } from 'react';
import type { KeyboardEvent, PointerEvent } from 'react';
import { ui } from '../../model/uiStore';
import { t } from '../../strings';

/** px that an arrow key moves it */
const STEP = 20;
/** px; what a double click comes back to */
const USUAL = 340;
/** The grid keeps so much of the window. */
const SHARE = 0.75;

/** The edge between grid and inspector: dragged, or moved with the arrow keys. */
export function Splitter({ side, size, least }: { side: 'below' | 'right'; size: number; least: number }) {
  const grip = useRef<{ at: number; size: number } | null>(null);
  const most = Math.max(
    least,
    Math.round(SHARE * (side === 'below' ? window.innerHeight : window.innerWidth)),
  );
  const set = (px: number): void => {
    const clamped = Math.round(Math.min(Math.max(px, least), most));
    ui.set(({ inspector }) => ({ inspector: { ...inspector, size: clamped } }));
  };
  const place = (event: PointerEvent): number => (side === 'below' ? event.clientY : event.clientX);

  const onKeyDown = (event: KeyboardEvent): void => {
    const arrows =
      side === 'below'
        ? { ArrowUp: size + STEP, ArrowDown: size - STEP }
        : { ArrowLeft: size + STEP, ArrowRight: size - STEP };
    const targets: Record<string, number> = { ...arrows, Home: least, End: most };
    const to = targets[event.key];
    if (to === undefined) return;
    event.preventDefault();
    set(to);
  };

  return (
    // A separator that moves is a widget (WAI-ARIA, "separator").
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      className="splitter"
      role="separator"
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      aria-label={t.inspector.resize}
      aria-orientation={side === 'below' ? 'horizontal' : 'vertical'}
      aria-valuenow={Math.min(size, most)}
      aria-valuemin={least}
      aria-valuemax={most}
      onKeyDown={onKeyDown}
      onDoubleClick={() => set(USUAL)}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        grip.current = { at: place(event), size };
      }}
      onPointerMove={(event) => {
        if (grip.current !== null) set(grip.current.size + grip.current.at - place(event));
      }}
      onPointerUp={() => (grip.current = null)}
      onPointerCancel={() => (grip.current = null)}
    />
  );
}
