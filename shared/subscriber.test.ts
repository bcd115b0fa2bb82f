import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { channelPair } from './channel';
import { PROTOCOL_VERSION } from './contract';
import { STATUS } from './fixtures/pair';
import { NO_CHANGES } from './publisher';
import { Subscriber } from './subscriber';

describe('Subscriber', () => {
  it('says its version first, and passes on refusals, details and names', async () => {
    const [engineEnd, pageEnd] = channelPair();
    const said: unknown[] = [];
    const heard: unknown[] = [];
    engineEnd.onMessage((message) => said.push(message));
    const page = new Subscriber(pageEnd, {
      welcome: (welcome) => heard.push(welcome),
      snapshot: (chunk) => void heard.push(chunk),
      diff: (diff) => void heard.push(diff),
      refused: (message) => heard.push(message),
      details: (reply) => heard.push(reply),
      names: (reply) => heard.push(reply),
      log: (reply) => heard.push(reply),
    });
    page.send({ type: 'refresh' });
    engineEnd.send({ type: 'refused', message: 'Reload the page.' });
    engineEnd.send({ type: 'details', id: 'a', details: null });
    const names = { type: 'names', names: [{ address: '10.0.0.9', name: null }] };
    engineEnd.send(names);
    await setImmediate();
    expect(said).toEqual([{ type: 'hello', version: PROTOCOL_VERSION }, { type: 'refresh' }]);
    expect(heard).toEqual(['Reload the page.', { type: 'details', id: 'a', details: null }, names]);
  });

  it('acknowledges a message after it has been applied, not before', async () => {
    const [engineEnd, pageEnd] = channelPair();
    const log: string[] = [];
    const note = (message: { seq: number }): void => void log.push(`applied ${message.seq}`);
    pageEnd.send = (message) => log.push(JSON.stringify(message));
    const page = new Subscriber(pageEnd, {
      welcome: () => {},
      snapshot: note,
      diff: note,
      refused: () => {},
      details: () => {},
      names: () => {},
      log: () => {},
    });
    page.send({ type: 'refresh' });
    engineEnd.send({ type: 'snapshot', seq: 7, first: true, last: true, rows: [], status: STATUS });
    engineEnd.send({ type: 'diff', seq: 8, ...NO_CHANGES, status: STATUS });
    await setImmediate();
    expect(log.slice(2)).toEqual([
      'applied 7',
      '{"type":"ack","seq":7}',
      'applied 8',
      '{"type":"ack","seq":8}',
    ]);
  });
});
