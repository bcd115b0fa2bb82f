import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { channelPair } from './channel';

describe('channelPair', () => {
  it('delivers copies, later, in order, and keeps what comes before there is a listener', async () => {
    const [left, right] = channelPair();
    const message = { text: 'before' };
    left.send(message);
    message.text = 'after';
    left.send(2);
    await setImmediate();
    const heard: unknown[] = [];
    right.onMessage((received) => heard.push(received));
    left.send(3);
    expect(heard).toEqual([{ text: 'before' }, 2]);
    await setImmediate();
    expect(heard).toEqual([{ text: 'before' }, 2, 3]);
  });

  it('tells both ends once that it was closed, and carries nothing any more', async () => {
    const [left, right] = channelPair();
    const log: string[] = [];
    left.onClose(() => log.push('left closed'));
    right.onClose(() => log.push('right closed'));
    right.onMessage(() => log.push('message'));
    right.close();
    left.close();
    left.send('late');
    await setImmediate();
    expect(log.toSorted()).toEqual(['left closed', 'right closed']);
  });
});
