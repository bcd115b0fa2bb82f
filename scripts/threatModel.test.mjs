// docs/threat-model.md names a test for each protection: this finds each of them.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const text = readFileSync(new URL('../docs/threat-model.md', import.meta.url), 'utf8');
const lines = text.split('\n').filter((line) => /^\| [STRIDE] +\|/.test(line));

it('names threats of every kind', () => {
  expect([...new Set(lines.map((line) => line[2]))].join('')).toBe('STRIDE');
  expect(lines.length).toBeGreaterThan(30);
});

it.each(lines.map((line) => [line.split('|')[2].trim(), line.split('|').at(-2)]))('%s', (_threat, cell) => {
  const [, file, name] = /^ `([\w./-]+)` › (.*?) *$/.exec(cell) ?? [];
  const source = readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
  expect(name).toMatch(/./);
  const titles = source.split('\n').filter((line) => /(\b(it|test)|\))[^'"`]*\(?['"`]|^\s*['"`]/.test(line));
  expect(titles.filter((line) => line.includes(name)).length).toBeGreaterThan(0);
});
