import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { EngineChoice } from '../../shared/contract';
import type { Channel } from '../../shared/channel';
import { t } from '../strings';
import { ROOT_RIGHTS, welcomeWith } from './fixtures/orders';
import { ui } from './uiStore';
import { Wire } from './wire';

const START = ui.get();
const LOCAL: EngineChoice = { kind: 'local' };
const ELEVATED: EngineChoice = { kind: 'elevated', namespaces: false };
const SERVER: EngineChoice = { kind: 'remote', host: 'admin@server' };
const OTHER: EngineChoice = { kind: 'remote', host: 'other' };

function set() {
  const close = vi.fn();
  const reconnected = vi.fn();
  const receivers = { inspector: { close, reconnected }, names: { reconnected }, log: { reconnected } };
  const wire = new Wire({ ...receivers, sockets: {} } as unknown as ConstructorParameters<typeof Wire>[0]);
  let number = 0;
  /** Another engine serves from now on; each has an id of its own. */
  const serve = (engine: EngineChoice): void => {
    ui.set({ engine, notice: null });
    let say!: (message: unknown) => void;
    const channel = { send: () => undefined, onMessage: (listener: typeof say) => (say = listener) };
    wire.connect(channel as unknown as Channel);
    say(welcomeWith(ROOT_RIGHTS, { engineId: String(++number) }));
  };
  return { serve, close };
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
    const { serve, close } = set();
    serve(LOCAL);
    ui.set({ done: { order: { action: 'reset', ids: ['a'] }, report: { results: [], unrecorded: null } } });
    serve(ELEVATED);
    expect(ui.get().done).not.toBeNull();
    expect(close).not.toHaveBeenCalled();
    serve(SERVER);
    expect(ui.get().done).toBeNull();
    expect(close).toHaveBeenCalledOnce();
  });
});
