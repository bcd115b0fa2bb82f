import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Icons } from './icons';
import type { AskForIcon } from './icons';

const row = (pid: number | null, processStartedAt: number | null = 7) => ({ pid, processStartedAt });
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

let answers: Map<number, (icon: string | null) => void>;
const ask = vi.fn<AskForIcon>();
let icons: Icons;

beforeEach(() => {
  answers = new Map();
  ask.mockReset().mockImplementation(({ pid }) => new Promise((resolve) => answers.set(pid, resolve)));
  icons = new Icons(ask);
});

const asked = (): number[] => ask.mock.calls.map(([{ pid }]) => pid);

async function answer(pid: number, icon: string | null): Promise<void> {
  answers.get(pid)!(icon);
  await settle();
}

describe('Icons', () => {
  it('asks once for each process that is on screen, and tells when its icon has come', async () => {
    const changed = vi.fn();
    icons.subscribe(changed);
    icons.want([row(1), row(1), row(2), row(null), row(3, null)]);
    icons.want([row(2), row(1)]);
    expect(ask.mock.calls).toEqual([[{ pid: 1, startedAt: 7 }], [{ pid: 2, startedAt: 7 }]]);
    expect(icons.of(row(1))).toBeNull();
    await answer(1, 'data:1');
    expect([icons.of(row(1)), icons.of(row(2)), icons.of(row(1, 8)), icons.of(row(null))]).toEqual([
      ...['data:1', null, null, null],
    ]);
    expect(changed).toHaveBeenCalledOnce();
    await answer(2, null);
    expect(changed).toHaveBeenCalledOnce();
    icons.want([row(1), row(2)]);
    expect(asked()).toEqual([1, 2]);
  });

  it('asks for a few at a time, and for nothing that has been scrolled away', async () => {
    icons.want([1, 2, 3, 4, 5, 6].map((pid) => row(pid)));
    expect(asked()).toEqual([1, 2, 3, 4]);
    icons.want([9, 6].map((pid) => row(pid)));
    await answer(1, 'data:1');
    await answer(2, null);
    expect(asked()).toEqual([1, 2, 3, 4, 9, 6]);
    await answer(3, null);
    // It is on screen again.
    icons.want([row(5)]);
    expect(asked().at(-1)).toBe(5);
  });

  it('has none where the question fails, and goes on', async () => {
    ask.mockRejectedValueOnce(new Error('no engine'));
    icons.want([1, 2, 3, 4, 5].map((pid) => row(pid)));
    await settle();
    expect(icons.of(row(1))).toBeNull();
    expect(asked()).toEqual([1, 2, 3, 4, 5]);
  });

  it('forgets all of them when another engine serves, and takes no late answer', async () => {
    icons.want([row(1), row(2)]);
    await answer(1, 'data:1');
    icons.forget();
    await answer(2, 'data:2');
    expect([icons.of(row(1)), icons.of(row(2))]).toEqual([null, null]);
    icons.want([row(1)]);
    expect(asked()).toEqual([1, 2, 1]);
  });

  it('keeps so many and no more', async () => {
    ask.mockImplementation(async ({ pid }) => `data:${pid}`);
    for (let pid = 0; pid < 2100; pid += 50) {
      icons.want(Array.from({ length: 50 }, (_, i) => row(pid + i)));
      await settle();
    }
    expect([icons.of(row(2099)), icons.of(row(0))]).toEqual(['data:2099', null]);
  });

  it('keeps those that are still wanted, however early they came', async () => {
    ask.mockImplementation(async ({ pid }) => `data:${pid}`);
    for (let pid = 0; pid < 2100; pid += 50) {
      icons.want([row(0), ...Array.from({ length: 50 }, (_, i) => row(pid + i))]);
      await settle();
    }
    expect([icons.of(row(0)), icons.of(row(1))]).toEqual(['data:0', null]);
    expect(asked().filter((pid) => pid === 0)).toEqual([0]);
  });

  it('asks again after a while where there was none', async () => {
    let now = 0;
    icons = new Icons(ask, () => now);
    ask.mockResolvedValueOnce(null).mockRejectedValueOnce(new Error('busy')).mockResolvedValueOnce('data:3');
    const wanted = [1, 2, 3].map((pid) => row(pid));
    icons.want(wanted);
    await settle();
    now = 59_999;
    icons.want(wanted);
    expect(asked()).toEqual([1, 2, 3]);
    now = 60_000;
    icons.want(wanted);
    icons.want(wanted);
    expect(asked()).toEqual([1, 2, 3, 1, 2]);
    await answer(2, 'data:2');
    expect([icons.of(row(1)), icons.of(row(2)), icons.of(row(3))]).toEqual([null, 'data:2', 'data:3']);
  });

  it('asks nobody where the shell has none', () => {
    const none = new Icons(null);
    none.want([row(1)]);
    expect(none.of(row(1))).toBeNull();
  });
});
