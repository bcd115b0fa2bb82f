import { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Engine } from '../../engine';
import { createBackend } from '../../native';
import { PROTOCOL_VERSION } from '../../shared/contract';
import { answerHost } from './answerHost';
import { portChannel } from './portChannel';

let engine: Engine;
let ids: string[];

beforeEach(() => {
  engine = new Engine({
    backend: createBackend('idle'),
    clock: { now: () => 0, after: () => () => undefined },
    hostname: 'test',
    engineId: 'test',
  });
  ids = engine.snapshot().map((row) => row.id);
});

const stillThere = (): boolean => engine.describe(ids).gone.length === 0;

describe('answerHost', () => {
  it('describes', () => {
    const reply = answerHost(engine, { request: 7, method: 'describe', ids: [ids[0], 'demo-ffff', ids[0]] });
    expect(reply).toEqual({
      request: 7,
      rows: [expect.objectContaining({ id: ids[0] })],
      gone: ['demo-ffff'],
    });
    expect(stillThere()).toBe(true);
  });

  it('closes exactly what it is asked to', () => {
    const wanted = [ids[3]!, 'demo-ffff'];
    expect(answerHost(engine, { request: 8, method: 'close', ids: wanted })).toEqual({
      request: 8,
      results: [
        { id: ids[3], outcome: 'closed', label: expect.stringMatching(/TCP|UDP/), message: null },
        { id: 'demo-ffff', outcome: 'gone', label: 'demo-ffff', message: null },
      ],
    });
    expect(engine.describe(ids).gone).toEqual([ids[3]]);
  });

  it.each<[string, unknown, number]>([
    ['nothing', null, -1],
    ['nothing at all', undefined, -1],
    ['text', 'close', -1],
    ['no number', { method: 'close', ids: ['demo-01'] }, -1],
    ['a number that is text', { request: '7', method: 'close', ids: ['demo-01'] }, -1],
    ['half a number', { request: 1.5, method: 'close', ids: ['demo-01'] }, 1.5],
    ['another method', { request: 7, method: 'kill', ids: ['demo-01'] }, 7],
    ['no ids', { request: 7, method: 'close' }, 7],
    ['an empty list', { request: 7, method: 'close', ids: [] }, 7],
    ['ids that are no texts', { request: 7, method: 'close', ids: [1] }, 7],
    ['an extra field', { request: 7, method: 'close', ids: ['demo-01'], force: true }, 7],
    ['an action of a browser’s', { type: 'prepare-close', ids: ['demo-01'] }, -1],
  ])('answers %s with what is wrong, and changes nothing', (_name, message, request) => {
    expect(answerHost(engine, message)).toEqual({ request, error: expect.stringMatching(/^Refused: "/) });
    expect(stillThere()).toBe(true);
  });

  it('does not hide a fault of the engine', () => {
    const broken = {
      describe: () => {
        throw new TypeError('a fault');
      },
      close: () => [],
    };
    expect(() => answerHost(broken, { request: 1, method: 'describe', ids: ['a'] })).toThrow(TypeError);
  });
});

/** Electron's port, as far as it is used. */
class FakePort extends EventEmitter {
  readonly postMessage = vi.fn();
  readonly start = vi.fn();
  readonly close = vi.fn();

  says(data: unknown): void {
    this.emit('message', { data, ports: [] });
  }
}

describe('a page’s port', () => {
  it('serves data', () => {
    const port = new FakePort();
    engine.serve(portChannel(port));
    expect(port.start).toHaveBeenCalledOnce();
    port.says({ type: 'hello', version: PROTOCOL_VERSION });
    const types = port.postMessage.mock.calls.map(([message]) => (message as { type: string }).type);
    expect(types).toEqual(['welcome', 'snapshot']);
    // Nothing is sent to a page that has gone.
    port.says({ type: 'ack', seq: 1 });
    port.emit('close');
    port.postMessage.mockClear();
    engine.snapshot();
    expect(port.postMessage).not.toHaveBeenCalled();
  });

  it.each<[string, unknown]>([
    ['main’s request to close', { request: 1, method: 'close', ids: ['demo-01'] }],
    ['main’s request to describe', { request: 1, method: 'describe', ids: ['demo-01'] }],
    ['a browser’s action', { type: 'prepare-close', ids: ['demo-01'] }],
    ['main’s word for a page', 'page'],
    ['nothing', undefined],
  ])('refuses %s', (_name, message) => {
    const port = new FakePort();
    engine.serve(portChannel(port));
    port.says(message);
    expect(port.postMessage).toHaveBeenCalledExactlyOnceWith({
      type: 'refused',
      message: expect.stringMatching(/^Refused/),
    });
    expect(stillThere()).toBe(true);
  });
});
