import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reasonAgainst, reasonByKind } from '../../shared/abilities';
import type { Right, Rights } from '../../shared/abilities';
import { socketRow } from '../../shared/fixtures/rows';
import { SOCKET_ACTIONS } from '../../shared/orders';
import { OWNERS, PROTOCOLS, SOCKET_STATES } from '../../shared/socket';
import type { SocketState } from '../../shared/socket';
import { SocketTable } from '../../shared/socketTable';
import { NativeError } from '../nativeError';
import type { Attempt } from '../backend';
import { WindowsClosing } from './closing';
import { FakeLibraries } from './fixtures/fakeLibraries';
import { addRow } from './fixtures/tcpRows';
import type { RowFields } from './fixtures/tcpRows';

const ALL: Right = { reach: 'all', why: null };
const NONE = (why: string): Right => ({ reach: 'none', why });
const RIGHTS: Rights = {
  ...{ uid: null, reset: ALL, reset6: ALL, resets: 'connections', finish: NONE('Nobody can.'), signal: ALL },
  ...{ suspend: false, couldElevate: false, namespace: { own: null, why: null } },
};

const NO_MEMORY = new NativeError('GetExtendedTcpTable', 8, 'ERROR_NOT_ENOUGH_MEMORY', 'No memory.');

type Row = Partial<RowFields>;

/** A system with one table, on which a call takes the row away, unless it is told otherwise. */
class Scene {
  /** What happened, in order */
  readonly events: string[] = [];
  readonly given: Uint8Array[] = [];
  rows: Row[];
  /** What the calls return */
  code = 0;
  takesAway = true;
  /** What the table is from the n-th look on */
  readonly later = new Map<number, Row[]>();
  /** The look from which on the table cannot be read */
  failsFrom = Infinity;
  private looks = 0;

  constructor(
    readonly seen: Row = {},
    private readonly rights: Partial<Rights> = {},
  ) {
    this.rows = [seen];
  }

  reset(action: 'reset' | 'finish' = 'reset'): Attempt {
    const table = new SocketTable();
    const row = addRow(table, this.seen);
    const call = (name: string) => (entry: Uint8Array) => {
      this.events.push(name);
      this.given.push(entry);
      if (this.takesAway) this.rows = [];
      return this.code;
    };
    const nsi = (...values: unknown[]): number => call('NsiSetAllParameters')(values[4] as Uint8Array);
    const closing = new WindowsClosing({
      libraries: new FakeLibraries({ SetTcpEntry: call('SetTcpEntry'), NsiSetAllParameters: nsi }),
      rights: { ...RIGHTS, ...this.rights },
      reread: (name, into) => {
        this.events.push(name);
        if (++this.looks >= this.failsFrom) throw NO_MEMORY;
        this.rows = this.later.get(this.looks) ?? this.rows;
        for (const fields of this.rows) addRow(into, fields);
      },
    });
    return closing.close(table, row, action);
  }

  get calls(): string[] {
    return this.events.filter((event) => event.startsWith('S') || event.startsWith('N'));
  }
}

describe('an IPv4 connection', () => {
  it('is looked for, reset with nothing in between, and looked for again', () => {
    const scene = new Scene();
    expect(scene.reset()).toEqual({ outcome: 'done', message: null });
    expect(scene.events).toEqual(['tcp4', 'SetTcpEntry', 'tcp4']);
    // MIB_TCPROW: DELETE_TCB, 10.0.0.5:443, 10.0.0.9:51122, addresses and ports in network order
    expect([...scene.given[0]!]).toEqual([
      ...[12, 0, 0, 0],
      ...[10, 0, 0, 5, 0x01, 0xbb, 0, 0],
      ...[10, 0, 0, 9, 0xc7, 0xb2, 0, 0],
    ]);
  });

  it.each<[string, Row[]]>([
    ['is gone', []],
    ['has the endpoints of another one, by create time', [{ id: 8 }]],
    ['is of another process by now', [{ pid: 900 }]],
    ['is only what is left of it', [{ state: 'TIME_WAIT', pid: 0 }]],
    ['is being removed', [{ state: 'DELETE_TCB' }]],
  ])('is left alone where it %s', (_what, rows) => {
    const scene = new Scene();
    scene.rows = rows;
    expect(scene.reset()).toEqual({ outcome: 'gone', message: null });
    expect(scene.calls).toEqual([]);
  });

  it('is found among others, whatever state it has by now', () => {
    const scene = new Scene();
    scene.rows = [{ id: 1 }, { id: 7, state: 'CLOSE_WAIT' }, { id: 9 }];
    expect(scene.reset().outcome).toBe('done');
  });

  it('has failed where Windows says yes and it is still there', () => {
    const scene = new Scene();
    scene.takesAway = false;
    expect(scene.reset()).toEqual({
      outcome: 'failed',
      message: 'Windows said that it is reset, but the connection is still there.',
    });
  });

  it('that Windows does not reset is looked at once, and costs no time', () => {
    const scene = new Scene();
    Object.assign(scene, { code: 5, takesAway: false });
    scene.reset();
    expect(scene.events).toEqual(['tcp4', 'SetTcpEntry', 'tcp4']);
  });

  it('is looked at a few times while it may only be late', () => {
    const scene = new Scene();
    scene.takesAway = false;
    scene.reset();
    expect(scene.events.length).toBeGreaterThan(3);
    expect(scene.events.length).toBeLessThan(12);
  });

  it('of which Windows does not say when it was made is left alone', () => {
    for (const family of [4, 6] as const) {
      const scene = new Scene({ family, createdAt: NaN });
      expect(scene.reset()).toEqual({
        outcome: 'refused',
        message:
          'Windows does not say when it was made, so nothing tells it from a later one with the same addresses.',
      });
      expect(scene.events).toEqual([]);
    }
  });

  it.each([
    [0, 'Windows said that it is reset, and whether it is still there could not be read.'],
    [
      5,
      'Windows did not say that it is reset (ERROR_ACCESS_DENIED, 5), and whether it is still there could not be read.',
    ],
  ])('has what Windows said told where the look afterwards fails: %i', (code, said) => {
    const scene = new Scene();
    Object.assign(scene, { code, failsFrom: 2 });
    expect(scene.reset()).toEqual({
      outcome: 'failed',
      message: `${said} GetExtendedTcpTable: ERROR_NOT_ENOUGH_MEMORY. No memory.`,
    });
    expect(scene.calls).toEqual(['SetTcpEntry']);
  });

  it('is done where it leaves the table a little later, or another one has its endpoints then', () => {
    for (const rows of [[], [{ id: 8 }], [{ state: 'TIME_WAIT', pid: 0 }]] satisfies Row[][]) {
      const scene = new Scene();
      scene.takesAway = false;
      scene.later.set(4, rows);
      expect(scene.reset().outcome).toBe('done');
    }
  });

  it.each([
    [5, 'refused', 'Windows refuses it even to an administrator (ERROR_ACCESS_DENIED, 5).'],
    [317, 'refused', 'Windows refuses it even to an administrator (ERROR_MR_MID_NOT_FOUND, 317).'],
    [65, 'refused', 'Windows refuses it even to an administrator (ERROR_NETWORK_ACCESS_DENIED, 65).'],
    [
      ...[
        50,
        'failed',
        'Windows cannot reset connections here (ERROR_NOT_SUPPORTED, 50). End the process instead.',
      ],
    ],
    [
      ...[
        87,
        'failed',
        'Windows does not take it for a connection that it could reset (ERROR_INVALID_PARAMETER, 87).',
      ],
    ],
    [4711, 'failed', 'Windows did not reset it (error 4711, 4711).'],
  ] as const)('that Windows does not reset says why: %i', (code, outcome, message) => {
    const scene = new Scene();
    Object.assign(scene, { code, takesAway: false });
    expect(scene.reset()).toEqual({ outcome, message });
  });

  it('says what is missing where the user is no administrator', () => {
    const scene = new Scene({}, { reset: NONE('It needs more.') });
    Object.assign(scene, { code: 317, takesAway: false });
    expect(scene.reset()).toEqual({
      outcome: 'refused',
      message: 'Windows refuses it (ERROR_MR_MID_NOT_FOUND, 317). It needs more.',
    });
  });

  it('that ended by itself when Windows was to reset it is gone, whatever Windows said', () => {
    for (const code of [5, 50, 87, 317]) {
      const scene = new Scene();
      scene.code = code;
      expect(scene.reset().outcome).toBe('gone');
    }
  });

  it('is not reset where the table cannot be read', () => {
    const scene = new Scene();
    scene.failsFrom = 1;
    expect(scene.reset()).toEqual({
      outcome: 'failed',
      message: 'GetExtendedTcpTable: ERROR_NOT_ENOUGH_MEMORY. No memory.',
    });
    expect(scene.calls).toEqual([]);
  });
});

describe('an IPv6 connection', () => {
  it('is left alone while the undocumented call is not switched on', () => {
    const scene = new Scene({ family: 6 }, { reset6: NONE('Not proven.') });
    expect(scene.reset()).toEqual({ outcome: 'refused', message: 'Not proven.' });
    expect(scene.events).toEqual([]);
  });

  it('is named by two SOCKADDR_IN6, with the scope of what is link-local', () => {
    const scene = new Scene({
      ...{ family: 6, interface: 7, local: ['fe80::1', 443], remote: ['fd00::9', 51_122] },
    });
    expect(scene.reset().outcome).toBe('done');
    expect(scene.events).toEqual(['tcp6', 'NsiSetAllParameters', 'tcp6']);
    expect([...scene.given[0]!]).toEqual([
      ...[23, 0, 0x01, 0xbb, 0, 0, 0, 0, 0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 7, 0, 0, 0],
      ...[23, 0, 0xc7, 0xb2, 0, 0, 0, 0, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0],
    ]);
  });

  it('has failed where the call changed nothing', () => {
    const scene = new Scene({ family: 6 });
    scene.takesAway = false;
    expect(scene.reset().outcome).toBe('failed');
  });
});

describe('what Windows cannot close', () => {
  const states: (SocketState | null)[] = ['LISTEN', 'BOUND', 'CLOSE', 'TIME_WAIT', 'DELETE_TCB', null];
  it.each<[string, Row]>([
    ...states.map((state): [string, Row] => [String(state), { state }]),
    ['UDP', { protocol: 'udp', state: null }],
  ])('is refused with the reason, before anything is read: %s', (_what, row) => {
    const scene = new Scene(row);
    const why = reasonByKind('reset', row.protocol ?? 'tcp', row.state ?? null, 'connections');
    expect(scene.reset()).toEqual({ outcome: 'refused', message: why });
    expect(scene.events).toEqual([]);
  });

  it('gracefully is everything', () => {
    const scene = new Scene();
    expect(scene.reset('finish')).toEqual({ outcome: 'refused', message: 'Nobody can.' });
    expect(scene.events).toEqual([]);
  });

  it('is not offered: whatever is offered is tried', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...PROTOCOLS.filter((protocol) => ['tcp', 'udp'].includes(protocol))),
        fc.constantFrom(4 as const, 6 as const),
        fc.constantFrom(null, ...SOCKET_STATES),
        fc.constantFrom(...OWNERS),
        fc.constantFrom(...SOCKET_ACTIONS),
        fc.constantFrom(ALL, NONE('Not this one.')),
        fc.boolean(),
        (protocol, family, state, owner, action, reset6, isKnown) => {
          const rights = { ...RIGHTS, reset6 };
          const made = isKnown ? 1_700_000_000_000 : null;
          const row = socketRow({
            ...{ protocol, family, state, owner, namespace: null, uid: null, createdAt: made },
          });
          const offered = reasonAgainst(action, row, rights) === null;
          const scene = new Scene({ protocol, family, state, createdAt: made ?? NaN }, rights);
          const { outcome } = scene.reset(action);
          expect(outcome === 'done').toBe(offered);
          expect(scene.calls.length).toBe(offered ? 1 : 0);
        },
      ),
    );
  });
});
