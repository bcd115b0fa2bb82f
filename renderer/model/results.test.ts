import { describe, expect, it } from 'vitest';
import { ownerless, socketRow } from '../../shared/fixtures/rows';
import type { ActionResult } from '../../shared/orders';
import { labelsOf, resultsText, withLabels } from './results';

const gone = (id: string): ActionResult => ({ id, outcome: 'gone', label: id, message: null });
const DONE: ActionResult = { id: 'b', outcome: 'done', label: 'as the engine saw it', message: null };

describe('withLabels', () => {
  it('calls what was gone by what the user saw, and leaves the engine’s own words', () => {
    const rows = [socketRow({ id: 'a' }), socketRow({ id: 'b' }), ownerless({ id: 'c' })];
    const process = '812@1700000000000';
    const results = [
      ...withLabels([gone('a'), DONE, gone('c'), gone('unseen')], labelsOf('reset', rows)),
      ...withLabels([gone(process), gone('812@1')], labelsOf('kill', rows)),
    ];
    expect(results.map(({ label }) => label)).toEqual([
      'nginx (812)  TCP 10.0.0.5:443 → 10.0.0.9:51122',
      'as the engine saw it',
      '(no owner)  TCP 10.0.0.5:443 → 10.0.0.9:51122',
      'unseen',
      'nginx (812)',
      '812@1',
    ]);
    expect(results.map(({ outcome }) => outcome)).toEqual(['gone', 'done', ...new Array(4).fill('gone')]);
  });
});

describe('resultsText', () => {
  it('is a line for each, which no spreadsheet runs', () => {
    const failed: ActionResult = { ...DONE, outcome: 'failed', label: '=1+1', message: 'Why.\nAnd more' };
    expect(resultsText([DONE, failed])).toBe("Done\tas the engine saw it\nFailed\t'=1+1\tWhy.?And more\n");
  });
});
