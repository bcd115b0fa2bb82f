import { describe, expect, it } from 'vitest';
import { Deferred } from './deferred';

function setUp() {
  const queued: (() => void)[] = [];
  const done: string[] = [];
  let text = '';
  const deferred = new Deferred(
    () => done.push(text),
    (then) => queued.push(then),
  );
  return {
    queued,
    done,
    deferred,
    type: (letters: string) => {
      text += letters;
      deferred.ask();
    },
  };
}

describe('Deferred', () => {
  it('does nothing before the browser has painted, then works once with what is there by then', () => {
    const { queued, done, type } = setUp();
    type('n');
    type('g');
    expect(done).toEqual([]);
    expect(queued).toHaveLength(1);
    queued.shift()!();
    expect(done).toEqual(['ng']);
    type('i');
    queued.shift()!();
    expect(done).toEqual(['ng', 'ngi']);
  });

  it('can be made to work at once, and does not work twice', () => {
    const { queued, done, deferred, type } = setUp();
    deferred.now();
    expect(done).toEqual([]);
    type('n');
    deferred.now();
    expect(done).toEqual(['n']);
    queued.shift()!();
    expect(done).toEqual(['n']);
  });
});
