import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { EngineChoice } from '../../shared/contract';
import type { Channel } from '../../shared/channel';
import { t } from '../strings';
import { ROOT_RIGHTS, welcomeWith } from './fixtures/orders';
import { A, B, BY_PORT, C, chunk, diff, shown } from './fixtures/stores';
import { Holding } from './holding';
import { Names } from './names';
import { Selection } from './selection';
import { SocketStore } from './socketStore';
import { ui } from './uiStore';
import { Wire } from './wire';

const START = ui.get();
const LOCAL: EngineChoice = { kind: 'local' };
const ELEVATED: EngineChoice = { kind: 'elevated', namespaces: false };
const SERVER: EngineChoice = { kind: 'remote', host: 'admin@server' };
const OTHER: EngineChoice = { kind: 'remote', host: 'other' };

function set() {
  const forget = vi.fn();
  const reconnected = vi.fn();
  const sockets = new SocketStore(BY_PORT);
  const selection = new Selection(sockets.order);
  const holding = new Holding((held) => sockets.hold(held));
  const names = new Names(() => undefined);
  const inspector = { forget, reconnected, updated: () => undefined };
  const receivers = { sockets, selection, holding, names, inspector, log: { reconnected } };
  const wire = new Wire(receivers as unknown as ConstructorParameters<typeof Wire>[0]);
  let number = 0;
  let say!: (message: unknown) => void;
  /** Another engine serves from now on; each has an id of its own. */
  const serve = (engine: EngineChoice, hostname = 'here'): void => {
    ui.set({ engine, notice: null });
    const channel = { send: () => undefined, onMessage: (listener: typeof say) => (say = listener) };
    wire.connect(channel as unknown as Channel);
    say(welcomeWith(ROOT_RIGHTS, { engineId: String(++number), hostname }));
  };
  return { serve, tell: (message: unknown) => say(message), forget, sockets, selection, holding, names };
}

beforeEach(() => ui.set(START, true));

describe('another engine', () => {
  it('is told of in words that fit', () => {
    const { serve } = set();
    serve(LOCAL);
    expect(ui.get().notice).toBeNull();
    for (const [engine, text] of [
      [LOCAL, t.window.engineRestarted],
      [ELEVATED, t.engine.nowElevated],
      [ELEVATED, t.window.engineRestarted],
      [SERVER, t.engine.nowOn('admin@server')],
      [SERVER, t.engine.back('admin@server')],
      [OTHER, t.engine.nowOn('other')],
      [LOCAL, t.engine.nowLocal],
    ] as const) {
      serve(engine);
      expect(ui.get().notice).toEqual({ kind: 'info', text });
    }
  });

  it('on another machine has nothing to do with what was looked at, nor with the last results', () => {
    const { serve, forget } = set();
    serve(LOCAL);
    ui.set({ done: { order: { action: 'reset', ids: ['a'] }, report: { results: [], unrecorded: null } } });
    serve(ELEVATED);
    expect(ui.get().done).not.toBeNull();
    expect(forget).not.toHaveBeenCalled();
    serve(SERVER);
    expect(ui.get().done).toBeNull();
    expect(forget).toHaveBeenCalledOnce();
  });

  it('on another machine has other rows, held or not: none of them has ended, and none is new', () => {
    for (const isHeld of [false, true]) {
      ui.set(START, true);
      const { serve, tell, sockets, selection, holding, names } = set();
      serve(SERVER);
      tell(chunk([A(), B()]));
      tell(diff({ added: [C()] }));
      names.turn(true);
      names.received([{ address: '192.0.2.1', name: 'one.example' }]);
      selection.only('b');
      if (isHeld) holding.set('keyboard', true);
      ui.set({ menu: { x: 1, y: 1, id: 'b' } });

      serve(OTHER);
      expect(shown(sockets)).toEqual([]);
      expect(sockets).toMatchObject({ held: false, loaded: false });
      expect(selection.isEmpty).toBe(true);
      expect(names.get('192.0.2.1')).toBeNull();
      expect(ui.get().menu).toBeNull();
      // Machines call sockets by the same ids.
      tell(chunk([{ ...B(), firstSeenAt: 1_800_000_000_000 }], { last: false }));
      tell(chunk([{ ...C(), id: 'd' }], { first: false, seq: 2 }));
      expect(shown(sockets)).toEqual([
        ['b', null],
        ['d', null],
      ]);
      expect(sockets.order.get('b')!.row.firstSeenAt).toBe(1_800_000_000_000);
      tell(diff({ seq: 3, added: [A()], removed: ['d'] }));
      expect(shown(sockets)).toEqual([
        ['a', 'new'],
        ['b', null],
        ['d', 'ended'],
      ]);
    }
  });

  it('on the same machine goes on where the last one was', () => {
    const { serve, tell, sockets, selection, holding, names } = set();
    serve(LOCAL);
    tell(chunk([A(), B()]));
    names.turn(true);
    names.received([{ address: '192.0.2.1', name: 'one.example' }]);
    selection.only('b');
    holding.set('keyboard', true);
    serve(ELEVATED);
    expect(sockets.held).toBe(true);
    expect(selection.has('b')).toBe(true);
    expect(names.get('192.0.2.1')).toBe('one.example');
    holding.letGo();
    tell(chunk([A(), C()]));
    expect(shown(sockets)).toEqual([
      ['a', null],
      ['b', 'ended'],
      ['c', 'new'],
    ]);
  });
});

it('shows a machine’s own name for itself on one line', () => {
  set().serve(SERVER, 'ser\u202ever\n');
  expect(ui.get().welcome?.hostname).toBe('ser?ver?');
});
