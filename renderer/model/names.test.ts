import { describe, expect, it } from 'vitest';
import type { PageMessage } from '../../shared/contract';
import { MAX_RESOLVE } from '../../shared/contract';
import { Names } from './names';

const MINUTE = 60_000;

function setUp(): { names: Names; asked: string[][]; clock: { now: number } } {
  const asked: string[][] = [];
  const clock = { now: 0 };
  const send = (message: PageMessage): void => {
    if (message.type === 'resolve') asked.push([...message.addresses]);
  };
  return { names: new Names(send, () => clock.now), asked, clock };
}

describe('Names', () => {
  it('asks nobody while it is off, and knows nothing then', () => {
    const { names, asked } = setUp();
    names.want(['192.0.2.1']);
    expect(asked).toEqual([]);
    names.turn(true);
    names.want(['192.0.2.1']);
    names.received([{ address: '192.0.2.1', name: 'one.example' }]);
    expect(names.get('192.0.2.1')).toBe('one.example');
    names.turn(false);
    expect(names.get('192.0.2.1')).toBeNull();
    names.want(['192.0.2.2']);
    expect(asked).toEqual([['192.0.2.1']]);
  });

  it('asks once for each address, until the answer is old', () => {
    const { names, asked, clock } = setUp();
    names.turn(true);
    names.want(['192.0.2.1', null, '192.0.2.1', '192.0.2.2']);
    names.received([
      { address: '192.0.2.1', name: 'one.example' },
      { address: '192.0.2.2', name: null },
    ]);
    names.want(['192.0.2.1', '192.0.2.2']);
    expect(asked).toEqual([['192.0.2.1', '192.0.2.2']]);
    clock.now = 11 * MINUTE;
    names.want(['192.0.2.1']);
    expect(asked.at(-1)).toEqual(['192.0.2.1']);
    expect(names.get('192.0.2.1')).toBe('one.example'); // the old answer, until there is another
  });

  it('asks for what has no name sooner', () => {
    const { names, asked, clock } = setUp();
    names.turn(true);
    names.want(['192.0.2.1', '192.0.2.2']);
    names.received([
      { address: '192.0.2.1', name: 'one.example' },
      { address: '192.0.2.2', name: null },
    ]);
    clock.now = 0.9 * MINUTE;
    names.want(['192.0.2.1', '192.0.2.2']);
    expect(asked).toHaveLength(1);
    clock.now = 2 * MINUTE;
    names.want(['192.0.2.1', '192.0.2.2']);
    expect(asked.at(-1)).toEqual(['192.0.2.2']);
  });

  it('asks for no more at a time than an engine accepts', () => {
    const { names, asked } = setUp();
    names.turn(true);
    names.want(Array.from({ length: MAX_RESOLVE + 1 }, (_, i) => `host ${i}`));
    expect(asked.map(({ length }) => length)).toEqual([MAX_RESOLVE, 1]);
  });

  it('asks another engine again for what the last one may not have answered', () => {
    const { names, asked } = setUp();
    names.turn(true);
    names.want(['192.0.2.1', '192.0.2.2']);
    names.received([{ address: '192.0.2.1', name: 'one.example' }]);
    names.reconnected();
    names.want(['192.0.2.1', '192.0.2.2']);
    expect(asked.at(-1)).toEqual(['192.0.2.2']);
  });

  it('forgets what another machine knows by other names', () => {
    const { names, asked } = setUp();
    let heard = 0;
    names.turn(true);
    names.subscribe(() => heard++);
    names.forget();
    expect(heard).toBe(0);
    names.want(['192.0.2.1']);
    names.received([{ address: '192.0.2.1', name: 'one.example' }]);
    names.forget();
    expect(names.get('192.0.2.1')).toBeNull();
    expect(heard).toBe(2);
    names.want(['192.0.2.1']);
    expect(asked).toHaveLength(2);
  });

  it('forgets the oldest of too many', () => {
    const { names } = setUp();
    names.turn(true);
    names.received([{ address: 'first', name: 'first.example' }]);
    names.received(Array.from({ length: 20_000 }, (_, i) => ({ address: `a${i}`, name: `n${i}` })));
    expect(names.get('first')).toBeNull();
    expect(names.get('a0')).toBe('n0');
  });

  it('tells its listeners of names that are new to it, and only of those', () => {
    const { names } = setUp();
    let heard = 0;
    names.turn(true);
    const leave = names.subscribe(() => heard++);
    names.received([{ address: 'a', name: null }]);
    expect(heard).toBe(0);
    names.received([{ address: 'a', name: 'x' }]);
    names.received([{ address: 'a', name: 'x' }]);
    names.turn(false);
    expect(heard).toBe(2);
    leave();
    names.turn(true);
    expect(heard).toBe(2);
  });
});
