import { describe, expect, it } from 'vitest';
import { reasonAgainst, reasonByKind, reasonWithoutOwner } from './abilities';
import type { Rights } from './abilities';
import { PROCESS_ACTIONS, SOCKET_ACTIONS } from './orders';
import type { Action } from './orders';
import { OWNERS, PROTOCOLS, SOCKET_STATES } from './socket';
import type { Owner, SocketRow, SocketState } from './socket';
import { socketRow } from './fixtures/rows';

const WHY = {
  reset: 'Resetting needs more.',
  reset6: 'IPv6 is another matter.',
  finish: 'Finishing needs more.',
  signal: 'Signalling needs more.',
  namespace: 'Entering needs more.',
};
const ALL: Rights = {
  ...{ uid: 0, suspend: true, couldElevate: false, namespace: { own: 'host', why: null } },
  ...{ reset: { reach: 'all', why: null }, finish: { reach: 'all', why: null } },
  ...{ signal: { reach: 'all', why: null }, resets: 'sockets' },
};
const OWN: Rights = {
  ...{ uid: 1000, suspend: true, couldElevate: true, namespace: { own: 'host', why: WHY.namespace } },
  ...{ reset: { reach: 'own', why: WHY.reset }, finish: { reach: 'own', why: WHY.finish } },
  ...{ signal: { reach: 'own', why: WHY.signal }, resets: 'sockets' },
};
/** As Yama makes it of a user */
const NONE: Rights = {
  ...OWN,
  ...{ reset: { reach: 'none', why: WHY.reset }, finish: { reach: 'none', why: WHY.finish } },
};
/** An administrator of Windows, and a user there */
const ADMINISTRATOR: Rights = {
  ...{ uid: null, suspend: false, couldElevate: false, namespace: { own: null, why: null } },
  ...{ reset: ALL.reset, reset6: { reach: 'none', why: WHY.reset6 }, resets: 'connections' },
  ...{ finish: { reach: 'none', why: WHY.finish }, signal: ALL.signal },
};
const WINDOWS_USER: Rights = {
  ...{ ...ADMINISTRATOR, couldElevate: true, signal: OWN.signal },
  reset: { reach: 'none', why: WHY.reset },
};

const CONNECTION: Partial<SocketRow> = {
  ...{ protocol: 'tcp', family: 4, state: 'ESTABLISHED', namespace: 'host', owner: 'known', uid: 1000 },
  ...{ pid: 4711, processName: 'node', processStartedAt: 1_700_000_000_000, destroyedAt: null },
};
const row = (fields: Partial<SocketRow> = {}): SocketRow => socketRow({ ...CONNECTION, ...fields });
const why = (action: Action, fields: Partial<SocketRow> = {}, rights: Rights = ALL): string | null =>
  reasonAgainst(action, row(fields), rights);

describe('one who may do everything', () => {
  it.each([...SOCKET_ACTIONS, ...PROCESS_ACTIONS])('may do it to a connection: %s', (action) => {
    expect(why(action)).toBeNull();
    expect(why(action, { uid: 33 })).toBeNull();
    expect(why(action, { family: 6, namespace: 'docker 4f5e6d7c8b9a' })).toBeNull();
  });

  it.each(PROTOCOLS.map((protocol) => [protocol, ['tcp', 'udp', 'udplite'].includes(protocol)] as const))(
    'resets %s: %s',
    (protocol, can) => {
      const reason = why('reset', { protocol, state: null });
      if (can) expect(reason).toBeNull();
      else if (protocol === 'raw') expect(reason).toContain('could close another one in its place');
      else
        expect(reason).toMatch(/^The system closes no \S+ sockets from outside\. End the process instead\.$/);
      if (protocol !== 'tcp') expect(why('finish', { protocol, state: null })).not.toBeNull();
    },
  );

  const STATES: Partial<Record<SocketState, readonly ['reset' | null, 'finish' | null]>> = {
    ESTABLISHED: ['reset', 'finish'],
    CLOSE_WAIT: ['reset', 'finish'],
    BOUND: [null, null],
    CLOSE: [null, null],
  };
  it.each(SOCKET_STATES)('does to TCP in %s what makes sense', (state) => {
    const [reset, finish] = STATES[state] ?? ['reset', null];
    expect(why('reset', { state }) === null).toBe(reset !== null);
    expect(why('finish', { state }) === null).toBe(finish !== null);
  });

  it.each<[SocketState, string]>([
    ['LISTEN', 'A listening socket has no other side that could be told. It can be reset.'],
    ['SYN_SENT', 'It is not connected yet. It can be reset.'],
    ['TIME_WAIT', 'Both sides have finished already. What is left of it can be reset.'],
    ['FIN_WAIT_2', 'This side has finished already, and waits for the other one. It can be reset.'],
  ])('is told why a socket in %s is not closed gracefully', (state, text) => {
    expect(why('finish', { state })).toBe(text);
  });

  it('resets what has no owner, but does nothing else to it', () => {
    for (const owner of ['none', 'unaccepted', 'unfound', 'hidden'] as const) {
      const fields = { owner, pid: null, processName: null, processStartedAt: null };
      expect(why('reset', fields)).toBeNull();
      for (const action of ['finish', ...PROCESS_ACTIONS] as const)
        expect(why(action, fields)).toBe(reasonWithoutOwner(owner));
    }
  });

  it('does nothing to a socket that has ended', () => {
    for (const action of SOCKET_ACTIONS) {
      expect(why(action, { state: 'CLOSE', destroyedAt: 1 })).toBe('It has ended.');
      expect(why(action, { state: 'CLOSE', destroyedAt: 1, protocol: 'udp' })).toBe('It has ended.');
    }
    expect(why('reset', { state: 'TIME_WAIT', destroyedAt: 1 })).toBeNull();
  });
});

describe('a user', () => {
  it.each(['reset', 'finish', 'terminate', 'kill', 'suspend', 'resume'] as const)(
    'may do it to what is his own, and to nothing else: %s',
    (action) => {
      expect(why(action, {}, OWN)).toBeNull();
      const key = action === 'reset' || action === 'finish' ? action : 'signal';
      expect(why(action, { uid: 0 }, OWN)).toBe(WHY[key]);
      expect(why(action, { uid: 33 }, OWN)).toBe(WHY[key]);
    },
  );

  it('resets TCP sockets with a living owner only', () => {
    expect(why('reset', { state: 'LISTEN' }, OWN)).toBeNull();
    expect(why('reset', { protocol: 'udp', state: null }, OWN)).toBe(WHY.reset);
    for (const owner of ['inherited', 'presumed', 'none', 'unaccepted', 'hidden', 'unfound'] as const)
      expect(why('reset', { owner, state: 'TIME_WAIT' }, OWN)).toBe(WHY.reset);
  });

  it('is told what would show him a hidden owner', () => {
    const fields = { owner: 'hidden', pid: null } as const;
    expect(why('finish', fields, OWN)).toBe(`Its process is hidden from this user. ${WHY.finish}`);
  });

  it('closes nothing where Yama forbids it, but ends his own processes', () => {
    expect(why('reset', {}, NONE)).toBe(WHY.reset);
    expect(why('finish', {}, NONE)).toBe(WHY.finish);
    expect(why('terminate', {}, NONE)).toBeNull();
  });

  it('with CAP_SYS_PTRACE but without CAP_NET_ADMIN resets any TCP connection through its owner', () => {
    const rights = { ...OWN, finish: ALL.finish };
    expect(why('reset', { uid: 0 }, rights)).toBeNull();
    expect(why('reset', { uid: 0, protocol: 'udp', state: null }, rights)).toBe(WHY.reset);
  });

  it('closes nothing in other network namespaces, but ends his own processes there', () => {
    const fields = { namespace: 'docker 4f5e6d7c8b9a' };
    for (const action of SOCKET_ACTIONS) expect(why(action, fields, OWN)).toBe(WHY.namespace);
    expect(why('terminate', fields, OWN)).toBeNull();
    // A system without namespaces
    expect(why('reset', { namespace: null }, { ...OWN, namespace: { own: null, why: null } })).toBeNull();
  });
});

describe('on Windows', () => {
  const windows = (action: Action, fields: Partial<SocketRow>, rights = ADMINISTRATOR): string | null =>
    why(action, { uid: null, namespace: null, createdAt: 1_700_000_000_000, ...fields }, rights);

  it('a connection is not reset by its endpoints alone', () => {
    const reason =
      'Windows does not say when it was made, so nothing tells it from a later one with the same addresses.';
    expect(windows('reset', { createdAt: null })).toBe(reason);
    // What the user can do something about is said first.
    expect(windows('reset', { createdAt: null }, WINDOWS_USER)).toBe(WHY.reset);
    expect(why('reset', { createdAt: null })).toBeNull();
  });

  it.each(SOCKET_STATES)('a connection is reset, and nothing else of TCP is: %s', (state) => {
    const isNone = ['LISTEN', 'BOUND', 'CLOSE', 'TIME_WAIT', 'DELETE_TCB'].includes(state);
    expect(windows('reset', { state }) !== null).toBe(isNone);
    expect(windows('finish', { state })).not.toBeNull();
  });

  it.each<[Partial<SocketRow>, string]>([
    [
      { protocol: 'udp', state: null },
      'The system closes TCP connections only, and no UDP sockets. End the process instead.',
    ],
    [
      { state: 'LISTEN' },
      'The system closes connections only, and no listening sockets. End the process instead.',
    ],
    [
      { state: 'TIME_WAIT', owner: 'inherited' },
      'Both sides have finished already. The system forgets what is left of it by itself.',
    ],
    [{ state: 'BOUND' }, 'It has a port, but neither listens nor is connected: there is nothing to close.'],
  ])('it is said why not: %o', (fields, reason) => {
    for (const action of SOCKET_ACTIONS)
      for (const rights of [ADMINISTRATOR, WINDOWS_USER])
        expect(windows(action, fields, rights)).toBe(reason);
  });

  it('nothing is closed gracefully, whoever has it', () => {
    for (const owner of OWNERS) expect(windows('finish', { owner })).toBe(WHY.finish);
  });

  it('a connection is reset also where its owner is not seen', () => {
    for (const owner of OWNERS) expect(windows('reset', { owner, pid: null })).toBeNull();
  });

  it('IPv6 has a right of its own, where there is one', () => {
    expect(windows('reset', { family: 6 })).toBe(WHY.reset6);
    expect(windows('reset', { family: 6 }, { ...ADMINISTRATOR, reset6: ALL.reset })).toBeNull();
    const { reset6: _none, ...same } = ADMINISTRATOR;
    expect(windows('reset', { family: 6 }, same)).toBeNull();
  });

  it('a user who is no administrator resets nothing, and may try to end any process', () => {
    expect(windows('reset', {}, WINDOWS_USER)).toBe(WHY.reset);
    for (const action of ['terminate', 'kill'] as const) expect(windows(action, {}, WINDOWS_USER)).toBeNull();
  });
});

describe('a process', () => {
  it.each(PROCESS_ACTIONS)('is not acted on by its PID alone: %s', (action) => {
    expect(why(action, { processStartedAt: null })).toBe(
      'When this process began is not known, so nothing tells it from a later one with its PID.',
    );
    expect(why(action, { pid: null, owner: 'known' })).toBe('The system does not say which process it is.');
  });

  it.each(PROCESS_ACTIONS)('is not acted on because it is presumed to have had the socket: %s', (action) => {
    expect(why(action, { owner: 'presumed' })).toBe('That this process had it is only presumed.');
    expect(why(action, { owner: 'inherited', state: 'TIME_WAIT' })).toBeNull();
  });

  it('is suspended only where the system can', () => {
    const windows = { ...ALL, uid: null, suspend: false };
    for (const action of ['suspend', 'resume'] as const)
      expect(why(action, {}, windows)).toBe('This system cannot suspend processes.');
    for (const action of ['terminate', 'kill'] as const) expect(why(action, {}, windows)).toBeNull();
  });

  it('that is the first one is shielded by the kernel', () => {
    for (const action of ['kill', 'suspend'] as const)
      expect(why(action, { pid: 1 })).toBe('The kernel shields the first process (PID 1) from this.');
    for (const action of ['terminate', 'resume'] as const) expect(why(action, { pid: 1 })).toBeNull();
  });

  it('of which the socket does not tell the user may be tried', () => {
    expect(why('terminate', { uid: null, owner: 'inherited', state: 'TIME_WAIT' }, OWN)).toBeNull();
  });
});

describe('every reason', () => {
  it('is a short sentence, and the same question always has the same answer', () => {
    const rights = [ALL, OWN, NONE, { ...ALL, suspend: false }, ADMINISTRATOR, WINDOWS_USER];
    for (const protocol of PROTOCOLS)
      for (const state of [null, ...SOCKET_STATES])
        for (const owner of OWNERS)
          for (const action of [...SOCKET_ACTIONS, ...PROCESS_ACTIONS])
            for (const right of rights) {
              const reason = why(action, { protocol, state, owner }, right);
              if (reason === null) continue;
              expect(reason).toMatch(/^[A-Z].{5,140}\.$/);
            }
  });

  it('by kind is among those by row, whatever the rights', () => {
    for (const protocol of PROTOCOLS)
      for (const state of SOCKET_STATES)
        for (const action of SOCKET_ACTIONS) {
          for (const rights of [NONE, WINDOWS_USER, ADMINISTRATOR]) {
            const byKind = reasonByKind(action, protocol, state, rights.resets);
            if (byKind !== null) expect(why(action, { protocol, state }, rights)).toBe(byKind);
          }
        }
  });

  it.each<[Owner, boolean]>(OWNERS.map((owner) => [owner, owner !== 'known']))(
    'for the owner "%s": %s',
    (owner, has) => expect(reasonWithoutOwner(owner) !== null).toBe(has),
  );
});
