import { beforeEach, describe, expect, it } from 'vitest';
import { deleteFilter, hasFilter, renameFilter, saveFilter } from './savedFilters';
import { ui } from './uiStore';

const WEB = { name: 'Web', text: 'port:80,443' };
const SSH = { name: 'SSH', text: 'port:22' };

describe('saved filters', () => {
  beforeEach(() => ui.set({ savedFilters: [WEB, SSH] }));

  it('are kept under their names, in the order in which they came', () => {
    saveFilter(' Mail ', ' port:25 ');
    expect(ui.get().savedFilters).toEqual([WEB, SSH, { name: 'Mail', text: 'port:25' }]);
  });

  it('take the place of one of the same name', () => {
    saveFilter('web', 'port:8080');
    expect(ui.get().savedFilters).toEqual([{ name: 'web', text: 'port:8080' }, SSH]);
    saveFilter(' WEB', 'port:8080');
    expect(ui.get().savedFilters).toEqual([{ name: 'WEB', text: 'port:8080' }, SSH]);
  });

  it.each([
    ['', 'port:1'],
    ['  ', 'port:1'],
    ['Name', '  '],
  ])('are not kept where there is nothing to keep (%j, %j)', (name, text) => {
    saveFilter(name, text);
    expect(ui.get().savedFilters).toEqual([WEB, SSH]);
  });

  it('are known by their names, whatever the case', () => {
    expect([hasFilter('WEB '), hasFilter('ssh'), hasFilter('mail')]).toEqual([true, true, false]);
  });

  it('can be given another name, which no other has', () => {
    expect(renameFilter('Web', 'SSH')).toBe(false);
    expect(renameFilter('Web', ' ')).toBe(false);
    expect(renameFilter('Mail', 'Post')).toBe(false);
    expect(ui.get().savedFilters).toEqual([WEB, SSH]);
    expect(renameFilter('Web', ' WEB ')).toBe(true); // its own name in another case
    expect(renameFilter('SSH', 'Shells')).toBe(true);
    expect(ui.get().savedFilters).toEqual([
      { ...WEB, name: 'WEB' },
      { ...SSH, name: 'Shells' },
    ]);
  });

  it('can be deleted', () => {
    deleteFilter('web');
    expect(ui.get().savedFilters).toEqual([SSH]);
    deleteFilter('no such name');
    expect(ui.get().savedFilters).toEqual([SSH]);
  });
});
