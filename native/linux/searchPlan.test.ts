import { describe, expect, it } from 'vitest';
import { SearchPlan } from './searchPlan';

/** The readings, out of so many, in which a socket that is never found is searched for. */
function searched(readings: number, atOnce: boolean): number[] {
  const plan = new SearchPlan();
  const due: number[] = [];
  for (let reading = 1; reading <= readings; reading++) {
    if (plan.isDue([7], reading, atOnce)) due.push(reading);
    plan.plan([7], reading);
  }
  return due;
}

describe('a search for a socket without holder', () => {
  it('begins in the second reading, and is repeated less and less often', () => {
    expect(searched(300, false)).toEqual([2, 4, 8, 16, 32, 64, 128, 192, 256]);
  });

  it('begins at once where that costs little', () => {
    expect(searched(10, true)).toEqual([1, 2, 4, 8]);
  });

  it('begins anew for another socket, and for one that had been found', () => {
    const plan = new SearchPlan();
    for (let reading = 1; reading <= 20; reading++) plan.plan([7], reading);
    expect([plan.hasNews([7]), plan.hasNews([7, 8]), plan.hasNews([])]).toEqual([false, true, false]);
    plan.plan([8], 21);
    expect(plan.hasNews([7])).toBe(true);
    expect(plan.isDue([8], 22, false)).toBe(true);
    expect(plan.isDue([8], 21, false)).toBe(false);
  });

  it('is due in the next reading for one that has lost its holder', () => {
    const plan = new SearchPlan();
    plan.soon(7, 5);
    expect([plan.isDue([7], 5, true), plan.isDue([7], 6, false)]).toEqual([false, true]);
  });
});
