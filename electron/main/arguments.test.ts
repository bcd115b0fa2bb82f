import { describe, expect, it } from 'vitest';
import { demoArgument } from './arguments';

describe('demoArgument', () => {
  it.each([
    [['electron', '.'], null],
    [[], null],
    [['electron', '.', '--demo', 'churn'], 'churn'],
    [['electron', '.', '--demo=churn'], 'churn'],
    [['electron', '--no-sandbox', '--demo=idle', '.'], 'idle'],
    [['electron', '.', '--demo=a=b'], 'a=b'],
    // Said, but empty: the engine answers that there is no such demonstration, instead of showing real sockets.
    [['electron', '.', '--demo'], ''],
    [['electron', '.', '--demo='], ''],
    [['electron', '.', '--demonstration', 'churn'], null],
    [['electron', '.', 'demo', 'churn'], null],
  ])('of %j is %j', (argv, demo) => {
    expect(demoArgument(argv)).toBe(demo);
  });
});
