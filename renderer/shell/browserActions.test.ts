import { describe, expect, it, vi } from 'vitest';
import type { Accepted, BrowserActionReply } from '../../shared/contract';
import type { Order } from '../../shared/orders';
import { t } from '../strings';
import { BrowserActions } from './browserActions';
import type { Wire } from './browserActions';

const ORDER: Order = { action: 'reset', ids: ['a'] };
const CONFIRMATION = { title: '', message: 'Reset it?', detail: '', warnings: [], confirmLabel: 'Reset' };
const REPORT = { results: [], unrecorded: null };
const ACCEPTED: Accepted = { type: 'accepted', actions: true };

class FakeWire {
  readonly sent: unknown[] = [];
  closed = false;
  onmessage: Wire['onmessage'] = null;
  onclose: Wire['onclose'] = null;
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(): void {
    this.closed = true;
  }
  /** What the host says; resolves once the page has done with it what it does at once. */
  async say(reply: Accepted | BrowserActionReply): Promise<void> {
    this.onmessage!.call(this as unknown as WebSocket, { data: JSON.stringify(reply) } as MessageEvent);
    await Promise.resolve();
    await Promise.resolve();
  }
  lose(): void {
    this.onclose?.call(this as unknown as WebSocket, {} as CloseEvent);
  }
}

function set(answer: boolean | Promise<boolean> = true) {
  const wires: FakeWire[] = [];
  const ask = vi.fn(() => Promise.resolve(answer));
  const withdraw = vi.fn();
  const progress = vi.fn();
  const open = (): Wire => {
    wires.push(new FakeWire());
    return wires.at(-1) as unknown as Wire;
  };
  return { wires, ask, withdraw, progress, actions: new BrowserActions(open, { ask, withdraw }, progress) };
}

describe('BrowserActions', () => {
  it('answers the host’s question by its nonce, tells how it goes, and reports', async () => {
    const { actions, wires, ask, progress, withdraw } = set();
    const acted = actions.act(ORDER);
    const wire = wires[0]!;
    await wire.say(ACCEPTED);
    await wire.say({ type: 'confirm', nonce: 'n', confirmation: CONFIRMATION });
    expect(ask).toHaveBeenCalledExactlyOnceWith(CONFIRMATION);
    await wire.say({ type: 'progress', progress: { done: 1, total: 2 } });
    expect(progress).toHaveBeenCalledExactlyOnceWith({ done: 1, total: 2 });
    actions.stop();
    await wire.say({ type: 'report', report: REPORT });
    expect(await acted).toEqual({ confirmed: true, report: REPORT });
    expect(wire.sent).toEqual([
      { type: 'prepare', order: ORDER },
      { type: 'confirm', nonce: 'n' },
      { type: 'stop' },
    ]);
    expect(wire.closed).toBe(true);
    actions.stop(); // there is nothing to stop any more
    wire.lose(); // the socket tells of its end later
    expect(wire.sent).toHaveLength(3);
    expect(withdraw).not.toHaveBeenCalled();
  });

  it('confirms nothing where the user says no', async () => {
    const { actions, wires } = set(false);
    const acted = actions.act(ORDER);
    await wires[0]!.say(ACCEPTED);
    await wires[0]!.say({ type: 'confirm', nonce: 'n', confirmation: CONFIRMATION });
    expect(await acted).toEqual({ confirmed: false });
    expect(wires[0]!.sent).toEqual([{ type: 'prepare', order: ORDER }]);
    expect(wires[0]!.closed).toBe(true);
  });

  it('says what the host refuses', async () => {
    const { actions, wires } = set();
    const acted = actions.act(ORDER);
    await wires[0]!.say({ type: 'refused', message: 'This host only shows.' });
    await expect(acted).rejects.toThrow('This host only shows.');
  });

  it('takes the question back where the wire is lost', async () => {
    const { actions, wires, withdraw } = set(new Promise<boolean>(() => undefined));
    const acted = actions.act(ORDER);
    await wires[0]!.say(ACCEPTED);
    await wires[0]!.say({ type: 'confirm', nonce: 'n', confirmation: CONFIRMATION });
    wires[0]!.lose();
    expect(withdraw).toHaveBeenCalledOnce();
    await expect(acted).rejects.toThrow(t.window.answerLost);
  });
});
