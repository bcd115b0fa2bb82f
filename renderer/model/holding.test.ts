import { describe, expect, it } from 'vitest';
import { Holding } from './holding';

function setUp(): { holding: Holding; held: () => boolean } {
  let held = false;
  return { holding: new Holding((now) => (held = now)), held: () => held };
}

describe('Holding', () => {
  it('holds for as long as there is a reason', () => {
    const { holding, held } = setUp();
    holding.set('pointer', true);
    holding.set('menu', true);
    holding.set('pointer', false);
    expect(held()).toBe(true);
    holding.set('menu', false);
    expect(held()).toBe(false);
    holding.set('keyboard', true);
    expect(held()).toBe(true);
  });

  it('once let go, the pointer holds again only after it has left and come back', () => {
    const { holding, held } = setUp();
    holding.set('pointer', true);
    holding.letGo();
    expect(held()).toBe(false);
    holding.set('pointer', true); // it moves on over the rows
    expect(held()).toBe(false);
    holding.set('pointer', false);
    holding.set('pointer', true);
    expect(held()).toBe(true);
  });

  it('once let go, the keyboard holds again when it selects anew', () => {
    const { holding, held } = setUp();
    holding.set('keyboard', true);
    holding.letGo();
    expect(held()).toBe(false);
    holding.set('keyboard', true);
    expect(held()).toBe(true);
  });

  it('a menu that opens holds, whoever has let go before', () => {
    const { holding, held } = setUp();
    holding.set('pointer', true);
    holding.letGo();
    holding.set('menu', true);
    expect(held()).toBe(true);
    holding.set('menu', false);
    expect(held()).toBe(false);
  });
});
