import { describe, expect, it } from 'vitest';
import type { CloseOutcome, CloseResult } from '../shared/actions';
import { close } from './close';
import type { CloseOutput } from './close';

/** Closes these ids with an engine that answers each as told, once, in an order of its own. */
function run(
  ids: string[],
  outcomes: Record<string, Partial<CloseResult> & { outcome: CloseOutcome }>,
): CloseOutput {
  return close(
    {
      close: (asked) =>
        [...new Set(asked)]
          .toReversed()
          .map((id): CloseResult => ({ id, label: `label of ${id}`, message: null, ...outcomes[id]! })),
    },
    ids,
  );
}

const closed = { outcome: 'closed' } as const;
const gone = { outcome: 'gone' } as const;
const refused = { outcome: 'refused', message: 'It needs CAP_NET_ADMIN (EPERM).' } as const;
const failed = { outcome: 'failed', message: 'The kernel said no (EINVAL).' } as const;

describe('close', () => {
  it.each([
    [['closed'], 0],
    [['closed', 'closed'], 0],
    [['gone'], 1],
    [['closed', 'gone'], 1],
    [['refused'], 3],
    [['failed'], 3],
    [['closed', 'refused'], 3],
    [['gone', 'failed', 'closed'], 3],
  ] as const)('answers %j with status %i', (outcomes, exitCode) => {
    const ids = outcomes.map((_, i) => `id${i}`);
    const all = { closed, gone, refused, failed };
    const output = run(ids, Object.fromEntries(ids.map((id, i) => [id, all[outcomes[i]!]])));
    expect(output.exitCode).toBe(exitCode);
    expect(output.stdout).toBe(outcomes.map((outcome) => `${outcome}\n`).join(''));
  });

  it('prints one outcome per id, in the order given, also for one given twice', () => {
    expect(run(['c', 'a', 'b', 'a'], { a: closed, b: gone, c: refused }).stdout).toBe(
      'refused\nclosed\ngone\nclosed\n',
    );
  });

  it('says why on the other stream, and nothing where there is nothing to say', () => {
    expect(run(['a', 'b', 'c', 'd'], { a: refused, b: gone, c: failed, d: closed })).toEqual({
      stdout: 'refused\ngone\nfailed\nclosed\n',
      stderr: 'label of a: It needs CAP_NET_ADMIN (EPERM).\nlabel of c: The kernel said no (EINVAL).\n',
      exitCode: 3,
    });
    expect(run(['b', 'd'], { b: gone, d: closed }).stderr).toBe('');
  });

  it('lets no control character of a process name reach the terminal', () => {
    const label = 'evil\u001b]0;owned\u0007\n\u009b2J (7)  TCP 10.0.0.5:443';
    const { stderr } = run(['a'], { a: { ...refused, label } });
    expect(stderr).toBe('evil?]0;owned???2J (7)  TCP 10.0.0.5:443: It needs CAP_NET_ADMIN (EPERM).\n');
  });
});
