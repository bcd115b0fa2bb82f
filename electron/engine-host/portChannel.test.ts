import { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createEngine } from '../../engine';
import type { Engine } from '../../engine';
import { PROTOCOL_VERSION } from '../../shared/contract';
import { portChannel } from './portChannel';

/** Electron's port, as far as it is used. */
class FakePort extends EventEmitter {
  readonly postMessage = vi.fn();
  readonly start = vi.fn();
  readonly close = vi.fn();

  says(data: unknown): void {
    this.emit('message', { data, ports: [] });
  }
}

let engine: Engine;
let port: FakePort;
const types = (): string[] =>
  port.postMessage.mock.calls.map(([message]) => (message as { type: string }).type);

beforeEach(() => {
  engine = createEngine('idle');
  port = new FakePort();
  return () => engine.dispose();
});

describe('a page’s port', () => {
  it('serves data', () => {
    engine.serve(portChannel(port));
    expect(port.start).toHaveBeenCalledOnce();
    port.says({ type: 'hello', version: PROTOCOL_VERSION });
    expect(types()).toEqual(['welcome', 'snapshot']);
    // Nothing is sent to a page that has gone.
    port.says({ type: 'ack', seq: 1 });
    port.emit('close');
    port.postMessage.mockClear();
    engine.snapshot();
    expect(port.postMessage).not.toHaveBeenCalled();
  });

  it('is neither heard nor told anything once the engine’s side has closed it', () => {
    const channel = portChannel(port);
    engine.serve(channel);
    port.says({ type: 'hello', version: PROTOCOL_VERSION });
    port.says({ type: 'ack', seq: 1 });
    channel.close();
    expect(port.close).toHaveBeenCalledOnce();
    port.postMessage.mockClear();
    engine.snapshot();
    port.says({ type: 'refresh' });
    port.says({ type: 'nonsense' });
    channel.send({ type: 'late' });
    expect(port.postMessage).not.toHaveBeenCalled();
  });

  it('tells its end once, whoever ends it', () => {
    const channel = portChannel(port);
    const closed = vi.fn();
    channel.onClose(closed);
    channel.close();
    port.emit('close');
    expect(closed).toHaveBeenCalledOnce();
  });

  it.each<[string, unknown]>([
    [
      'an order of main’s',
      { request: 1, method: 'act', order: { action: 'reset', ids: ['demo-01'] }, origin: 'window' },
    ],
    ['a question of main’s', { request: 1, method: 'prepare', order: { action: 'reset', ids: ['demo-01'] } }],
    ['a choice of main’s', { choose: { kind: 'remote', host: 'server' }, request: 1 }],
    ['an order of a browser’s', { type: 'prepare', order: { action: 'reset', ids: ['demo-01'] } }],
    ['main’s word for a page', 'page'],
    ['nothing', undefined],
  ])('refuses %s', (_name, message) => {
    const ids = engine.snapshot().map(({ id }) => id);
    engine.serve(portChannel(port));
    port.says(message);
    expect(port.postMessage).toHaveBeenCalledExactlyOnceWith({
      type: 'refused',
      message: expect.stringMatching(/^Refused/),
    });
    expect(engine.snapshot().map(({ id }) => id)).toEqual(ids);
  });
});
