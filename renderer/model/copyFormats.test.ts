import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listener, socketRow } from '../../shared/fixtures/rows';
import { NO_LOOKUPS } from '../../shared/rowFacts';
import { columnOf } from './columns';
import { asCsv, asJson, asMarkdown, asText, escapeMarkdown } from './copyFormats';

const COLUMNS = (['processName', 'pid', 'state', 'localAddress', 'localPort', 'bytesSent'] as const).map(
  columnOf,
);
const ROWS = [
  socketRow({ bytesSent: 1_234_567 }),
  listener({ processName: '=cmd|x', pid: 7, localAddress: '::', localPort: 80 }),
];

describe('the formats of copied rows', () => {
  it('text: as shown, between tabs, harmless in a spreadsheet', () => {
    expect(asText(ROWS, COLUMNS, NO_LOOKUPS)).toBe(
      "nginx\t812\tEstablished\t10.0.0.5\t443\t1,234,567\n'=cmd|x\t7\tListen\t::\t80\t\n",
    );
  });

  it('CSV: the fields of the columns, with a header', () => {
    const [header, first, second] = asCsv(ROWS, COLUMNS, NO_LOOKUPS).split('\r\n');
    expect(header!.split(',')).toEqual(
      expect.arrayContaining(['processName', 'pid', 'state', 'localAddress', 'localPort', 'bytesSent']),
    );
    expect(first).toContain('1234567');
    expect(second).toContain("'=cmd|x");
  });

  it('CSV: what follows from other fields, too, and rates as numbers', () => {
    const derived = (['remoteClass', 'sendRate'] as const).map(columnOf);
    const rows = [{ ...socketRow(), sendRate: 1500, receiveRate: 0 }, listener()];
    expect(asCsv(rows, derived, NO_LOOKUPS)).toBe('remoteClass,sendRate\r\nPrivate,1500\r\n,\r\n');
  });

  it('JSON: the fields of the columns, with their types', () => {
    const made = JSON.parse(asJson(ROWS, COLUMNS, NO_LOOKUPS)) as object[];
    expect(made).toHaveLength(2);
    expect(made[0]).toMatchObject({
      processName: 'nginx',
      pid: 812,
      state: 'ESTABLISHED',
      bytesSent: 1_234_567,
    });
    expect(made[1]).toMatchObject({ processName: '=cmd|x', localAddress: '::' });
    expect(made[0]).not.toHaveProperty('commandLine');
    expect(made[0]).not.toHaveProperty('user');
  });

  it('Markdown: a table of what is shown', () => {
    expect(asMarkdown(ROWS, COLUMNS, NO_LOOKUPS)).toBe(
      [
        '| Process | PID | State | Local Address | Local Port | Sent Bytes |',
        '| :--- | ---: | :--- | :--- | ---: | ---: |',
        '| nginx | 812 | Established | 10.0.0.5 | 443 | 1,234,567 |',
        '| =cmd\\|x | 7 | Listen | :: | 80 |  |',
        '',
      ].join('\n'),
    );
  });
});

describe('escapeMarkdown', () => {
  it.each([
    ['a|b', 'a\\|b'],
    ['a\\|b', 'a\\\\\\|b'],
    ['`rm`', '\\`rm\\`'],
    ['two\nlines\r\nand\ttabs', 'two lines and tabs'],
    ['<img src=x>', '&lt;img src=x>'],
    ['[click](http://evil)', '\\[click\\](http:\\//evil)'],
    ['www.evil.example', 'www\\.evil.example'],
    ['&lt;', '&amp;lt;'],
  ])('%j becomes %j', (given, expected) => {
    expect(escapeMarkdown(given)).toBe(expected);
  });

  it('keeps every name within its cell', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }), (names) => {
        const rows = names.map((processName) => socketRow({ processName }));
        const lines = asMarkdown(rows, COLUMNS, NO_LOOKUPS).split('\n');
        expect(lines).toHaveLength(names.length + 3);
        // Of the bars, those that are not escaped part the cells.
        for (const line of lines.slice(0, -1))
          expect(line.replaceAll(/\\./gs, '').split('|')).toHaveLength(COLUMNS.length + 2);
      }),
    );
  });
});
