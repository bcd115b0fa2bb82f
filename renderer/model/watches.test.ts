import { describe, expect, it } from 'vitest';
import { socketRow } from '../../shared/fixtures/rows';
import { Watches } from './watches';

const at = (readAt: number) => ({ readAt, intervalMs: 1000 });

describe('Watches', () => {
  it('goes on watching the sockets that were looked at before', () => {
    const watches = new Watches();
    const a = watches.begin(socketRow({ id: 'a' }), at(0));
    watches.begin(socketRow({ id: 'b' }), at(0));
    const asked: string[] = [];
    watches.update(at(1000), (id) => {
      asked.push(id);
      return { row: socketRow({ id, bytesSent: 70 }), ended: false };
    });
    expect(asked).toEqual(['a', 'b']);
    expect(a.history.latest).toMatchObject({ sent: 70 });
    expect(watches.begin(socketRow({ id: 'a' }), at(2000))).toBe(a);
  });

  it('forgets the one that was looked at longest ago', () => {
    const watches = new Watches();
    for (const id of 'abcdefgh') watches.begin(socketRow({ id }), at(0));
    watches.begin(socketRow({ id: 'a' }), at(0));
    watches.begin(socketRow({ id: 'i' }), at(0));
    expect('abcdefghi'.split('').filter((id) => watches.get(id) === undefined)).toEqual(['b']);
  });

  it('forgets all of them where they were another machine’s', () => {
    const watches = new Watches();
    watches.begin(socketRow({ id: 'a' }), at(0));
    watches.clear();
    expect(watches.get('a')).toBeUndefined();
  });

  it('writes the last values of a socket that has ended, and nothing after', () => {
    const watches = new Watches();
    const { history, timeline } = watches.begin(socketRow({ firstSeenAt: 0 }), at(0));
    watches.update(at(1000), () => ({ row: socketRow({ firstSeenAt: 0, bytesSent: 5 }), ended: true }));
    watches.update(at(2000), () => ({ row: socketRow({ firstSeenAt: 0, bytesSent: 5 }), ended: true }));
    watches.update(at(3000), () => undefined);
    expect(history.data().times).toEqual([0, 1]);
    expect(timeline.events().at(-1)).toEqual({ kind: 'ended', at: 1000 });
    // It had only been out of what is read.
    watches.update(at(4000), () => ({ row: socketRow({ firstSeenAt: 0, bytesSent: 5 }), ended: false }));
    expect(timeline.ended).toBe(false);
  });
});
