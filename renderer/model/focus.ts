/** Where the keyboard goes on. */

export function focusGrid(): void {
  document.getElementById('grid')?.focus();
}
