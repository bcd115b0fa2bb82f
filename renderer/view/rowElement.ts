/** The elements of the rows, as other elements refer to them. */

/** The DOM id of a line's row. White space would make two ids of it (aria-activedescendant), and groups are called anything. */
export function rowElementId(line: string): string {
  const encoded = line.replaceAll(/[\s%]/g, (char) => `%${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `row-${encoded}`;
}

/** The row of a line; null where it is not rendered. */
export function rowElement(line: string): HTMLElement | null {
  return document.getElementById(rowElementId(line));
}
