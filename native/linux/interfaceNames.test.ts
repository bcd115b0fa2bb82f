import { describe, expect, it } from 'vitest';
import { inet6Interface } from './interfaceNames';

describe('inet6Interface', () => {
  const TEXT = [
    '00000000000000000000000000000001 01 80 10 80       lo',
    'fe8000000000000000000000000000aa 1f 40 20 80    veth0',
    '',
  ].join('\n');

  it.each([
    [1, 'lo'],
    [31, 'veth0'],
    [2, null],
  ])('finds %i', (index, name) => {
    expect(inet6Interface(TEXT, index)).toBe(name);
  });
});
