/** The keys of every menu. */

/** The entries of a menu that can be reached: not disabled, not hidden, not those of a menu inside of it. */
export function entriesOf(menu: HTMLElement): HTMLElement[] {
  return [...menu.querySelectorAll<HTMLElement>('[role^=menuitem]:not(:disabled)')].filter(
    (entry) => entry.closest('[role=menu]') === menu && entry.offsetParent !== null,
  );
}

/** Moves the focus where a key says; false where it is not one that moves it. */
export function moveAmong(menu: HTMLElement, key: string): boolean {
  const entries = entriesOf(menu);
  const target = targetOf(
    entries.map((entry) => entry.textContent),
    entries.indexOf(document.activeElement as HTMLElement),
    key,
  );
  if (target === null) return false;
  entries[target]?.focus();
  return true;
}

/** Which of the entries a key leads to from where the focus is (-1: nowhere), round both ends; null where to none. */
export function targetOf(labels: readonly string[], now: number, key: string): number | null {
  const { length } = labels;
  if (length === 0) return null;
  if (key === 'ArrowDown') return (now + 1) % length;
  if (key === 'ArrowUp') return now <= 0 ? length - 1 : now - 1;
  if (key === 'Home') return 0;
  if (key === 'End') return length - 1;
  if (key.length !== 1 || key === ' ') return null;
  const letter = key.toLowerCase();
  for (let step = 1; step <= length; step++) {
    const index = (Math.max(now, -1) + step) % length;
    if (labels[index]!.trim().toLowerCase().startsWith(letter)) return index;
  }
  return null;
}
