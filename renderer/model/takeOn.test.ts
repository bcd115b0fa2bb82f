import { expect, it } from 'vitest';
import { liveRow } from './fixtures/lines';
import { takeOn } from './takeOn';

it('takes on every property of a row', () => {
  const from = liveRow({});
  const other = Object.fromEntries(Object.keys(from).map((name) => [name, 'something else'])) as never;
  takeOn(other, from);
  expect(other).toEqual(from);
  expect(Object.keys(from)).toHaveLength(41);
});
