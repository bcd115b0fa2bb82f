import { describe, expect, it } from 'vitest';
import { columnOf } from './columns';
import { trackVariables, tracksOf } from './columnTracks';

const shown = [columnOf('processName'), columnOf('pid'), columnOf('localAddress')];
const [name, pid, address] = shown.map(({ width }) => width);

describe('tracksOf', () => {
  it('lets text share the room, and keeps numbers as they are, in units that grow with the font', () => {
    const { tracks, leastWidth, pins } = tracksOf(shown, {}, []);
    expect(tracks).toBe(
      `calc(22 * var(--unit)) minmax(calc(${name} * var(--unit)), 1.5fr) calc(${pid} * var(--unit)) minmax(calc(${address} * var(--unit)), 1.4fr)`,
    );
    expect(leastWidth).toBe(`calc(${22 + name! + pid! + address!} * var(--unit) + 0px)`);
    expect(pins).toEqual([]);
  });

  it('gives what was resized its px', () => {
    const { tracks, leastWidth } = tracksOf(shown, { processName: 300 }, []);
    expect(tracks.split(') ')[1]).toMatch(/^300px /);
    expect(leastWidth).toBe(`calc(${22 + pid! + address!} * var(--unit) + 300px)`);
  });

  it('says where each pinned column stays: behind the marks and those before it, none of which gives way', () => {
    const { tracks, pins } = tracksOf(shown, { pid: 70 }, ['processName', 'pid']);
    expect(tracks).toContain(`calc(22 * var(--unit)) calc(${name} * var(--unit)) 70px minmax(`);
    expect(pins).toEqual(['calc(22 * var(--unit) + 0px)', `calc(${22 + name!} * var(--unit) + 0px)`]);
    expect(trackVariables({ tracks: 'a', leastWidth: 'b', pins: ['c', 'd'] })).toEqual({
      ...{ '--tracks': 'a', '--least-width': 'b', '--pin-0': 'c', '--pin-1': 'd' },
    });
  });
});
