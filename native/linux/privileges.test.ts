import { describe, expect, it } from 'vitest';
import { Privileges } from './privileges';

const CAPABILITIES = { override: 1, search: 2, kill: 5, netAdmin: 12, ptrace: 19, sysAdmin: 21 } as const;
type Name = keyof typeof CAPABILITIES;
const HERE = { own: 'host', why: null };

function mask(names: readonly Name[]): string {
  return names
    .reduce((bits, name) => bits | (1n << BigInt(CAPABILITIES[name])), 0n)
    .toString(16)
    .padStart(16, '0');
}

/** As /proc/self/status says it (man 5 proc). */
function status(has: readonly Name[], may: string = '000001ffffffffff', noNewPrivs = 0): string {
  return `Name:\tnode\nNoNewPrivs:\t${noNewPrivs}\nCapPrm:\tffffffffffffffff\nCapEff:\t${mask(has)}\nCapBnd:\t${may}\n`;
}

const rights = (has: readonly Name[], uid = 1000, yama = 0) =>
  new Privileges(status(has), uid, yama).rights(HERE);

const ALL = { reach: 'all', why: null };

describe('rights', () => {
  it('of one who may do everything', () => {
    expect(rights(['netAdmin', 'ptrace', 'search', 'kill'])).toEqual({
      ...{ uid: 1000, reset: ALL, finish: ALL, signal: ALL },
      ...{ resets: 'sockets', suspend: true, couldElevate: false, namespace: HERE },
    });
  });

  it('of a user', () => {
    expect(rights([])).toEqual({
      uid: 1000,
      reset: {
        reach: 'own',
        why: 'Resetting other than one’s own TCP connections needs CAP_NET_ADMIN. Run SocketScope as root.',
      },
      finish: {
        reach: 'own',
        why: 'Closing other users’ connections gracefully needs CAP_SYS_PTRACE. Run SocketScope as root.',
      },
      signal: {
        reach: 'own',
        why: 'Ending other users’ processes needs CAP_KILL. Run SocketScope as root.',
      },
      ...{ resets: 'sockets', suspend: true, couldElevate: true, namespace: HERE },
    });
  });

  it.each<[Name[], number, reset: string, finish: string, why: RegExp | null]>([
    [[], 1, 'none', 'none', /^Yama lets only CAP_SYS_PTRACE .*\(kernel\.yama\.ptrace_scope = 1\)\./],
    [[], 2, 'none', 'none', /\(kernel\.yama\.ptrace_scope = 2\)\./],
    [[], 3, 'none', 'none', /until the next boot \(kernel\.yama\.ptrace_scope = 3\)\.$/],
    [['ptrace'], 1, 'own', 'all', null],
    [['ptrace'], 2, 'own', 'all', null],
    [['ptrace'], 3, 'none', 'none', /until the next boot/],
    [['netAdmin'], 1, 'all', 'none', /= 1/],
    [['netAdmin'], 0, 'all', 'own', /CAP_SYS_PTRACE/],
  ])('with %j under Yama %i: reset %s, finish %s', (has, yama, reset, finish, why) => {
    const told = rights(has, 1000, yama);
    expect([told.reset.reach, told.finish.reach]).toEqual([reset, finish]);
    if (why === null) expect(told.finish.why).toBeNull();
    else expect(told.finish.why).toMatch(why);
    for (const { reach, why } of [told.reset, told.finish, told.signal])
      expect(why === null).toBe(reach === 'all');
  });

  it('do not advise root to become root', () => {
    const { reset, finish, signal, couldElevate } = rights([], 0);
    for (const { why } of [reset, finish, signal]) expect(why).not.toMatch(/root/);
    expect(couldElevate).toBe(false);
  });

  it.each<[Name[], string, number, boolean]>([
    [['kill'], '000001ffffffffff', 0, true],
    [['netAdmin', 'ptrace', 'search', 'kill'], '000001ffffffffff', 0, false],
    // no_new_privs, and a bounding set without any of them
    [['kill'], '000001ffffffffff', 1, false],
    [['kill'], '0000000000000021', 0, false],
  ])('with %j within %s, no_new_privs %i: could be more: %s', (has, bounds, noNewPrivs, could) => {
    const privileges = new Privileges(status(has, bounds, noNewPrivs), 1000, 0);
    expect(privileges.rights(HERE).couldElevate).toBe(could);
  });

  it('are a user’s where /proc cannot be read', () => {
    const told = new Privileges('', 1000, 0).rights(HERE);
    expect([told.reset.reach, told.signal.reach, told.couldElevate]).toEqual(['own', 'own', false]);
  });
});
