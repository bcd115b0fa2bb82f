import { beforeEach, describe, expect, it, vi } from 'vitest';
import { beganAfter, isOfOldClock } from './creationTimes';
import { FakeLibraries } from './fixtures/fakeLibraries';
import { WindowsProcesses } from './processes';
import { PROCESS_ENTRY } from './processTable';
import { ServiceIndex } from './services';

const NOW = 1_700_000_000_000;
const HOUR = 3_600_000;
const EPOCH_MS = 11_644_473_600_000;

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  return () => vi.useRealTimers();
});

describe('a time of creation', () => {
  it('is of the clock as it was before where it lies ahead', () => {
    expect(isOfOldClock(NOW + HOUR)).toBe(true);
    for (const created of [NOW - HOUR, NOW, NOW + 500]) expect(isOfOldClock(created)).toBe(false);
  });

  it('is after a moment, unless it is of the clock as it was before', () => {
    expect(beganAfter(NOW - 1, NOW - 2)).toBe(true);
    expect(beganAfter(NOW + 500, NOW)).toBe(true);
    expect(beganAfter(NOW - 2, NOW - 2)).toBe(false);
    expect(beganAfter(NOW + HOUR, NOW)).toBe(false);
  });
});

describe('processes that were there when the clock was put back', () => {
  /** PID → parent, ms since 1970 */
  const living = new Map([
    [process.pid, [1000, NOW + HOUR]],
    [1000, [1100, NOW + HOUR + 5000]],
    [1100, [0, NOW - HOUR]],
  ] as const);
  let listed: number[] = [];
  const next = (_snapshot: number, entry: Uint8Array): number => {
    const pid = listed.shift();
    if (pid === undefined) return 0;
    const view = new DataView(entry.buffer);
    view.setUint32(PROCESS_ENTRY.pid, pid, true);
    view.setUint32(PROCESS_ENTRY.parentPid, living.get(pid)![0], true);
    entry.set(Buffer.from('a.exe\0', 'utf16le'), PROCESS_ENTRY.name);
    return 1;
  };
  const snapshots = vi.fn(() => {
    listed = [...living.keys()];
    return 7;
  });
  const libraries = new FakeLibraries({
    CreateToolhelp32Snapshot: snapshots,
    ...{ Process32FirstW: next, Process32NextW: next, CloseHandle: () => 1 },
    // The handle is the PID
    OpenProcess: (_access: number, _inherit: number, pid: number) => (living.has(pid) ? pid : 0),
    GetProcessTimes: (handle: number, created: BigUint64Array) => {
      created[0] = BigInt(living.get(handle)![1] + EPOCH_MS) * 10_000n;
      return 1;
    },
    ...{ QueryFullProcessImageNameW: () => 0, IsWow64Process2: () => 0, ProcessIdToSessionId: () => 0 },
    ...{ OpenProcessToken: () => 0, GetLastError: () => 87 },
  });

  it('are listed, with what this one runs under', () => {
    const processes = new WindowsProcesses(libraries);
    expect(processes.list().map(({ pid }) => pid)).toEqual([...living.keys()].toSorted((a, b) => a - b));
    expect(processes.ancestors().map(({ pid }) => pid)).toEqual([...living.keys()]);
  });

  it('own what is listed, by one look at all of them', () => {
    const processes = new WindowsProcesses(libraries);
    processes.refresh(NOW);
    vi.setSystemTime(NOW + 100);
    snapshots.mockClear();
    for (const pid of living.keys()) expect(processes.of(pid)).toMatchObject({ pid, name: 'a.exe' });
    expect(snapshots).toHaveBeenCalledTimes(1);
  });

  it('have their services', () => {
    const refusing = new FakeLibraries({ OpenSCManagerW: () => 0 });
    const services = new ServiceIndex(refusing);
    Object.assign(services, { askedAt: NOW, byPid: new Map([[1000, ['NlaSvc']]]) });
    expect(services.ofPid(1000, NOW + HOUR)).toEqual(['NlaSvc']);
    expect(services.ofPid(1000, NOW + 500)).toEqual([]);
  });
});
