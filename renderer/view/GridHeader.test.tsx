import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { pinColumn, presetLayout, shownColumns } from '../model/columnLayout';
import type { ColumnLayout } from '../model/columnLayout';
import { GridHeader } from './GridHeader';

const headerOf = (layout: ColumnLayout): string =>
  renderToStaticMarkup(<GridHeader shown={shownColumns(layout, undefined)} />);
const count = (text: string, part: RegExp): number => text.match(part)?.length ?? 0;

describe('GridHeader', () => {
  const html = headerOf(presetLayout('default'));

  it('is a row of column headers, each with one button and its state of sorting', () => {
    expect(count(html, /role="row"/g)).toBe(1);
    expect(count(html, /role="columnheader"/g)).toBe(12);
    expect(count(html, /<button/g)).toBe(12);
    expect(count(html, /aria-sort="ascending"/g)).toBe(1);
    expect(count(html, /aria-sort="none"/g)).toBe(11);
    expect(html).toMatch(/data-header="processName"[^>]*aria-sort="ascending"/);
  });

  it('is one stop of the Tab key', () => {
    expect(count(html, /tabindex="0"/gi)).toBe(1);
    expect(count(html, /tabindex="-1"/gi)).toBe(11);
  });

  it('has its titles, and edges that only the pointer knows of', () => {
    for (const title of ['Process', 'PID', 'Local Address', 'Recv Bytes'])
      expect(html).toContain(`>${title}<`);
    expect(count(html, /class="edge" aria-hidden="true"/g)).toBe(12);
  });

  it('is rendered with the column that is pinned first', () => {
    const pinned = headerOf(pinColumn(presetLayout('default'), 'state', true, 90));
    expect(pinned.indexOf('data-header="state"')).toBeLessThan(pinned.indexOf('data-header="processName"'));
  });
});
