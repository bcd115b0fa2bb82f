import { describe, expect, it } from 'vitest';
import { ownerless, socketRow } from '../../shared/fixtures/rows';
import { Timeline } from './timeline';

const FIRST = { createdAt: 500, firstSeenAt: 1000, bytesSent: 1 };

describe('Timeline', () => {
  it('begins with what the row knows of the time before', () => {
    const timeline = new Timeline(5000, socketRow(FIRST));
    expect(timeline.events()).toEqual([
      { kind: 'created', at: 500 },
      { kind: 'seen', at: 1000 },
      { kind: 'watched', at: 5000, state: 'ESTABLISHED' },
    ]);
  });

  it('notes each change of state with its time, and no other change', () => {
    const timeline = new Timeline(5000, socketRow(FIRST));
    timeline.update(6000, socketRow({ ...FIRST, bytesSent: 2 }));
    timeline.update(7000, socketRow({ ...FIRST, state: 'FIN_WAIT_2' }));
    timeline.update(8000, socketRow({ ...FIRST, state: 'FIN_WAIT_2', destroyedAt: 7900 }));
    timeline.update(9000, socketRow({ ...FIRST, state: 'TIME_WAIT', destroyedAt: 7900 }));
    timeline.end(10_000);
    expect(timeline.events().slice(3)).toEqual([
      { kind: 'state', at: 7000, from: 'ESTABLISHED', to: 'FIN_WAIT_2' },
      { kind: 'destroyed', at: 7900 },
      { kind: 'state', at: 9000, from: 'FIN_WAIT_2', to: 'TIME_WAIT' },
      { kind: 'ended', at: 10_000 },
    ]);
  });

  it('notes when another process holds the socket, or none', () => {
    const timeline = new Timeline(5000, socketRow(FIRST));
    timeline.update(6000, socketRow({ ...FIRST, processStartedAt: 5500 })); // the PID is used again
    timeline.update(7000, ownerless({ ...FIRST, state: 'ESTABLISHED' }));
    expect(timeline.events().slice(3)).toEqual([
      { kind: 'owner', at: 6000, pid: 812, name: 'nginx' },
      { kind: 'owner', at: 7000, pid: null, name: null },
    ]);
  });

  it('keeps the first end that it is told of', () => {
    const timeline = new Timeline(5000, socketRow(FIRST));
    timeline.end(6000);
    timeline.end(7000);
    expect(timeline.ended).toBe(true);
    expect(timeline.events().at(-1)).toEqual({ kind: 'ended', at: 6000 });
  });

  it('stays bounded, and keeps its beginning', () => {
    const timeline = new Timeline(0, socketRow({ firstSeenAt: 0 }));
    for (let at = 1; at <= 1000; at++) {
      timeline.update(at, socketRow({ firstSeenAt: 0, state: at % 2 === 0 ? 'ESTABLISHED' : 'CLOSE_WAIT' }));
    }
    const events = timeline.events();
    expect(events.length).toBeLessThan(300);
    expect(events.slice(0, 2).map(({ kind }) => kind)).toEqual(['seen', 'watched']);
    expect(events.at(-1)).toMatchObject({ at: 1000, to: 'ESTABLISHED' });
  });
});
