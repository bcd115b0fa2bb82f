import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileFilter, narrows } from '.';
import { PIECES } from './fixtures/fuzz';
import { LOOKUPS, ROWS } from './fixtures/rows';

describe('narrows', () => {
  it.each([
    ['', 'n'],
    ['n', 'nginx'],
    ['nginx', 'nginx '],
    ['ng', 'nginx est'],
    ['nginx est', 'NGINX established 443'],
    ['198.51', '198.51.100'],
    ['a', 'a -b'],
    ['nginx', 'nginx state:established'],
    ['port:443 nginx', 'nginx (tcp or udp) port:443'],
    ['a or b', '(a or b) c'],
  ])('%j, then %j', (before, text) => {
    expect(narrows(text, before)).toBe(true);
    if (before.trim() !== text.trim()) expect(narrows(before, text)).toBe(false);
  });

  it.each([
    ['a', 'a or'],
    ['a o', 'a or b'],
    ['a b', 'a'],
    ['port:4', 'port:443'],
    ['state:est', 'state:established'],
    ['a or b', 'a or b c'],
    ['include:process:80', 'include:process:80 include:process:90'],
    ['n', 'm'],
    ['a', 'a|b'],
    ['a', 'a*'],
    ['pid', 'pid:1'],
    ['ΟΔΟΣ', 'ΟΔΟΣΑ'],
  ])('not %j, then %j', (before, text) => {
    expect(narrows(text, before)).toBe(false);
  });

  it('is never said where a row would come back', () => {
    const letters = fc.string({ unit: fc.constantFrom(...Array.from('nginxsd19.: o-r"')), maxLength: 8 });
    const pieces = fc.array(fc.constantFrom(...PIECES), { maxLength: 4 }).map((all) => all.join(''));
    fc.assert(
      fc.property(fc.oneof(letters, pieces), fc.oneof(letters, pieces), (before, more) => {
        const text = before + more;
        if (!narrows(text, before)) return;
        const [now, then] = [compileFilter(text, LOOKUPS), compileFilter(before, LOOKUPS)];
        for (const row of ROWS) if (now.accepts(row)) expect(then.accepts(row)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});
