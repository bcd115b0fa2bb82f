/** Filters that were kept under a name. Names are unique, whatever their case. */
import { ui } from './uiStore';

const isSame = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

export function hasFilter(name: string): boolean {
  return ui.get().savedFilters.some((saved) => isSame(saved.name, name.trim()));
}

/** Keeps a filter under a name, in place of the one that has it already. A blank name or filter is not kept. */
export function saveFilter(name: string, text: string): void {
  const entry = { name: name.trim(), text: text.trim() };
  if (entry.name === '' || entry.text === '') return;
  ui.set(({ savedFilters }) => {
    const at = savedFilters.findIndex((saved) => isSame(saved.name, entry.name));
    return { savedFilters: at < 0 ? [...savedFilters, entry] : savedFilters.with(at, entry) };
  });
}

/** Gives a filter another name; not a blank one, nor one that another filter has. Returns whether it has it now. */
export function renameFilter(name: string, wanted: string): boolean {
  const to = wanted.trim();
  const { savedFilters } = ui.get();
  const at = savedFilters.findIndex((saved) => isSame(saved.name, name));
  const holder = savedFilters.findIndex((saved) => isSame(saved.name, to));
  if (to === '' || at < 0 || (holder >= 0 && holder !== at)) return false;
  ui.set({ savedFilters: savedFilters.with(at, { name: to, text: savedFilters[at]!.text }) });
  return true;
}

export function deleteFilter(name: string): void {
  ui.set(({ savedFilters }) => ({ savedFilters: savedFilters.filter((saved) => !isSame(saved.name, name)) }));
}
