/** What a column's header shows and says besides itself: it belongs beside the grid, whose content is rows and nothing else. */
const DROP_MARK = 'drop-mark';
const TOLD = 'columns-told';

/** Written by the functions below: while something is dragged, nothing is rendered anew. */
export function ColumnFeedback() {
  return (
    <>
      <div id={DROP_MARK} className="drop-mark" aria-hidden hidden />
      <div id={TOLD} className="visually-hidden" aria-live="polite" />
    </>
  );
}

/** `left` is in px from the left edge of the grid; null takes the mark away. */
export function showDropMark(left: number | null): void {
  const mark = document.getElementById(DROP_MARK)!;
  mark.hidden = left === null;
  if (left !== null) mark.style.left = `${left}px`;
}

/** Says something to those who listen to the page. */
export function tell(text: string): void {
  document.getElementById(TOLD)!.textContent = text;
}
