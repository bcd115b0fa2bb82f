/** What the widths of columns are on screen, and what they need. */
import type { ColumnId } from '../../shared/columnIds';
import { isColumnId } from '../../shared/columnIds';

/** px: nobody wants one cell to fill the window */
const MOST = 640;
/** px, so that rounding does not cut a letter */
const SPARE = 4;

export function gridOf(element: Element): HTMLElement {
  return element.closest<HTMLElement>('#grid')!;
}

/** px, of every header on screen, from left to right */
export function measuredWidths(grid: HTMLElement): Map<ColumnId, number> {
  const cells = [...grid.querySelectorAll<HTMLElement>('[role=columnheader]')];
  return new Map(
    cells.flatMap((cell) => {
      const id = cell.dataset['header'];
      return isColumnId(id) ? [[id, Math.round(cell.getBoundingClientRect().width)]] : [];
    }),
  );
}

/** px, which the texts on screen and the header take */
export function fittingWidth(grid: HTMLElement, id: ColumnId): number {
  const header = grid.querySelector<HTMLElement>(`[data-header=${id}] button`)!;
  let widest = typeOf(header).widthOf(header.textContent) + paddingOf(header);
  // Cells of the same classes are set in the same type.
  const types = new Map<string, Type & { extra: number }>();
  for (const cell of grid.querySelectorAll<HTMLElement>(`[data-column=${id}]`)) {
    let type = types.get(cell.className);
    if (type === undefined) {
      type = { ...typeOf(cell), extra: paddingOf(cell) + glyphWidth(cell) };
      types.set(cell.className, type);
    }
    const gap = cell.querySelector('.more') === null ? 0 : gapOf(cell);
    widest = Math.max(widest, type.widthOf(cell.textContent) + type.extra + gap);
  }
  return Math.min(Math.ceil(widest) + SPARE, MOST);
}

interface Type {
  /** px that a text takes */
  widthOf(text: string): number;
}

/** What an element's text is set in. A canvas measures it without touching the page, but knows no tabular figures. */
function typeOf(element: HTMLElement): Type {
  const context = document.createElement('canvas').getContext('2d')!;
  context.font = fontOf(element);
  const digit = digitWidth(element);
  return {
    widthOf: (text) => {
      const letters = text.replaceAll(/\d/g, '');
      return context.measureText(letters).width + (text.length - letters.length) * digit;
    },
  };
}

/** px */
function digitWidth(element: HTMLElement): number {
  const probe = document.createElement('span');
  probe.textContent = '0123456789';
  probe.style.position = 'absolute';
  element.append(probe);
  const { width } = probe.getBoundingClientRect();
  probe.remove();
  return width / probe.textContent.length;
}

function fontOf(element: HTMLElement): string {
  const { fontStyle, fontWeight, fontSize, fontFamily } = getComputedStyle(element);
  return `${fontStyle} ${fontWeight} ${fontSize} ${fontFamily}`;
}

function paddingOf(element: HTMLElement): number {
  const { paddingLeft, paddingRight, borderRightWidth } = getComputedStyle(element);
  return parseFloat(paddingLeft) + parseFloat(paddingRight) + parseFloat(borderRightWidth);
}

function glyphWidth(cell: HTMLElement): number {
  const glyph = cell.querySelector<HTMLElement>('.glyph');
  return glyph === null ? 0 : glyph.offsetWidth + parseFloat(getComputedStyle(glyph).marginRight);
}

function gapOf(cell: HTMLElement): number {
  return parseFloat(getComputedStyle(cell.querySelector('.more')!).marginLeft);
}
