import { expect, it } from 'vitest';
import { COUNTERS } from '../../shared/socket';
import { figuresOf, setFigures } from './figures';
import { liveRow } from './fixtures/lines';

it('are every counter and both rates, taken and set one by one', () => {
  const names = [...COUNTERS, 'sendRate', 'receiveRate'];
  const numbers = Object.fromEntries(names.map((name, i) => [name, i + 1]));
  const row = liveRow(numbers);
  expect(figuresOf(row)).toEqual(numbers);
  const other = liveRow({});
  setFigures(other, row);
  expect(other).toEqual(row);
});
