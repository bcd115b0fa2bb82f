import { describe, expect, it } from 'vitest';
import { confirmation, targetCount } from './confirmation';
import { CAUTIONS, MAX_TREE } from './orders';
import type { Caution, Preparation, ProcessAction, ProcessFacts } from './orders';

const facts = (pid: number, depth = 0, more: Partial<ProcessFacts> = {}): ProcessFacts => ({
  ...{ pid, startedAt: pid, name: 'nginx', path: null, user: 'www-data', depth, sockets: 0 },
  ...more,
});

function processes(
  action: ProcessAction,
  tree: ProcessFacts[],
  cautions: Preparation['cautions'] = [],
): Preparation {
  const named = tree.filter(({ depth }) => depth === 0);
  return {
    order: { action, processes: named.map(({ pid, startedAt }) => ({ pid, startedAt })) },
    missing: [],
    kinds: { connections: 0, listeners: 0, datagrams: 0, others: 0 },
    owners: {
      ...{ processes: named.length, hasUnknown: false },
      names: [...new Set(named.map(({ name }) => name ?? 'process'))],
    },
    labels: [],
    tree,
    cautions,
  };
}

describe('the question about processes', () => {
  const TREE = [facts(812, 0, { sockets: 3 }), facts(813, 1), facts(814, 1), facts(815, 2)];

  it.each<[ProcessAction, string, string, string]>([
    ['terminate', 'End Process', 'Ask nginx (812) to end?', 'End Process'],
    ['kill', 'End Process Now', 'End nginx (812) now, without asking?', 'End Process Now'],
    ['suspend', 'Suspend Process', 'Suspend nginx (812)?', 'Suspend Process'],
    ['resume', 'Resume Process', 'Resume nginx (812)?', 'Resume Process'],
  ])('%s', (action, title, message, confirmLabel) => {
    expect(confirmation(processes(action, [facts(812)]))).toMatchObject({
      ...{ title, message, confirmLabel, warnings: [] },
    });
  });

  it('shows the tree with what each holds, and says truly what becomes of the children', () => {
    const { detail } = confirmation(processes('terminate', TREE));
    expect(detail.split('\n').slice(0, 5)).toEqual([
      'nginx (812), www-data, 3 sockets',
      '    nginx (813), www-data',
      '    nginx (814), www-data',
      '        nginx (815), www-data',
      '',
    ]);
    const last = (tree: ProcessFacts[], action: ProcessAction = 'terminate'): string =>
      confirmation(processes(action, tree)).detail.split('\n').at(-1)!;
    expect(last(TREE)).toBe(
      'It has 3 child processes, and theirs: they are not asked, and they go on unless their parent ends them.',
    );
    expect(last(TREE.slice(0, 2))).toBe(
      'It has 1 child process: it is not asked, and it goes on unless its parent ends it.',
    );
    expect(last(TREE.slice(0, 3), 'kill')).toBe('It has 2 child processes: they are not ended.');
    expect(last(TREE.slice(0, 3), 'suspend')).toBe('It has 2 child processes: they go on.');
    expect(last(TREE.slice(0, 3), 'resume')).toBe('It has 2 child processes: they are not resumed.');
    expect(last([...TREE.slice(0, 2), facts(900)], 'kill')).toBe(
      'They have 1 child process: it is not ended.',
    );
    expect(last([facts(812)])).not.toContain('child');
  });

  it('says "at least" where there are more than can be shown', () => {
    const tree = [facts(1), ...Array.from({ length: MAX_TREE - 1 }, (_, i) => facts(i + 2, 1))];
    expect(confirmation(processes('kill', tree)).detail).toContain(
      `at least ${MAX_TREE - 1} child processes`,
    );
    expect(confirmation(processes('kill', tree)).detail).toContain(
      `… and at least ${MAX_TREE - 12} more child processes`,
    );
  });

  describe('lists', () => {
    const lines = (prepared: Preparation): string[] => {
      const all = confirmation(prepared).detail.split('\n');
      return all.slice(0, all.indexOf(''));
    };
    const pids = (prepared: Preparation): string[] =>
      lines(prepared).map((line) => line.replace(/nginx \((\d+)\).*/, '$1'));
    const family = (pid: number, children: number): ProcessFacts[] => [
      facts(pid),
      ...Array.from({ length: children }, (_, i) => facts(pid + i + 1, 1)),
    ];

    it('every process that is named before any child, however many children the first one has', () => {
      const tree = [...family(100, 20), ...family(200, 20)];
      expect(pids(processes('kill', tree))).toEqual([
        ...['100', ...Array.from({ length: 10 }, (_, i) => `    ${101 + i}`), '200'],
        '… and 30 more child processes',
      ]);
    });

    it('no child where there is no room, and counts only those that will be ended', () => {
      const tree = Array.from({ length: 15 }, (_, i) => family(100 * (i + 1), 3)).flat();
      expect(pids(processes('kill', tree))).toEqual([
        ...Array.from({ length: 12 }, (_, i) => String(100 * (i + 1))),
        '… and 3 more',
      ]);
      expect(pids(processes('kill', tree.slice(0, 4 * 12))).at(-1)).toBe('… and 36 more child processes');
      expect(pids(processes('kill', family(1, 12))).at(-1)).toBe('… and 1 more child process');
      expect(pids(processes('kill', family(1, 11)))).toHaveLength(12);
    });

    it('a few of more than the tree can hold, and says that of their children nothing is known', () => {
      const prepared = processes(
        'kill',
        Array.from({ length: MAX_TREE }, (_, i) => facts(i + 1)),
      );
      prepared.order = {
        action: 'kill',
        processes: Array.from({ length: 1000 }, (_, i) => ({ pid: i + 1, startedAt: i + 1 })),
      };
      expect(pids(prepared).at(-1)).toBe('… and 988 more');
      expect(confirmation(prepared).detail).toMatch(/They may have child processes: they are not ended\.$/);
    });
  });

  it('says what is lost, and that nothing is forced by itself', () => {
    const detail = (action: ProcessAction): string => confirmation(processes(action, TREE)).detail;
    expect(detail('terminate')).toContain('after 5 seconds is reported, and left alone');
    expect(detail('terminate')).toContain('Its sockets are closed');
    expect(detail('kill')).toContain('what it has not saved is lost');
    expect(detail('suspend')).toContain('until it is resumed');
    expect(confirmation(processes('kill', [facts(5)])).detail).not.toContain('sockets are closed');
  });

  it('counts several', () => {
    const message = (...tree: ProcessFacts[]): string => confirmation(processes('terminate', tree)).message;
    expect(message(facts(1), facts(2), facts(3))).toBe('Ask nginx (3 processes) to end?');
    expect(message(facts(1), facts(2, 0, { name: 'sshd' }))).toBe('Ask nginx and sshd (2 processes) to end?');
    expect(message(...['a', 'b', 'c', 'd'].map((name, i) => facts(i, 0, { name })))).toBe(
      'Ask 4 processes to end?',
    );
    expect(confirmation(processes('kill', [facts(1), facts(2)])).confirmLabel).toBe('End 2 Processes Now');
  });

  it('warns of each kind of caution, the gravest first, with names made safe', () => {
    const of = (...labels: [Caution, string][]): string[] =>
      confirmation(
        processes(
          'kill',
          [facts(1)],
          labels.map(([caution, label]) => ({ caution, label })),
        ),
      ).warnings;
    const all = of(...CAUTIONS.map((caution): [Caution, string] => [caution, `p\n${caution} (5)`]));
    expect(all).toEqual([
      'p?init (5) is the first process of this system: nothing goes on without it.',
      'p?critical (5) is part of the system, which may not work without, or only after a restart.',
      'p?session (5) carries the session by which you came in. Without it you may have no way to this machine.',
      'p?self (5) is SocketScope itself, or what it runs under: it may end too.',
      'p?desktop (5) belongs to a desktop: that session may end, with everything that is open in it.',
    ]);
    expect(of(['desktop', 'a'], ['desktop', 'b'], ['desktop', 'c'], ['desktop', 'd'])).toEqual([
      'a, b, c and others belong to a desktop: that session may end, with everything that is open in it.',
    ]);
  });

  it('is about those that were named, not about their children', () => {
    expect(targetCount(processes('kill', [facts(1), facts(2, 1)]))).toBe(1);
  });
});
