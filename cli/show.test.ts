import { describe, expect, it } from 'vitest';
import type { Engine } from '../engine';
import { createEngine } from '../engine';
import { fact, group } from '../shared/details';
import type { SocketDetails } from '../shared/details';
import { FIELDS } from '../shared/fields';
import { socketRow } from '../shared/fixtures/rows';
import { PROTOCOLS } from '../shared/socket';
import type { ReadingOptions, SocketRow, TableName } from '../shared/socket';
import { show } from './show';

const ROW = socketRow({
  id: 'a-1',
  protocol: 'tcp',
  family: 6,
  state: 'ESTABLISHED',
  localAddress: '::1',
  localPort: 443,
  remoteAddress: '2001:db8::9',
  remotePort: 51_122,
});
const DETAILS: SocketDetails = {
  groups: [
    ...group('rtt', 'Round trip', [
      ...fact('rtt', 'Smoothed', 22_512, 'µs'),
      ...fact('minRtt', 'Smallest', 45, 'µs'),
    ]),
    ...group('options', 'Socket options', [], 'Not for you \u001b[2J.'),
    ...group('congestion', 'Congestion control', [
      ...fact('congestionControl', 'Algorithm', 'bbr\u0007'),
      ...fact('congestionWindow', 'Window, segments', 12_345, 'count'),
    ]),
  ],
  holders: [
    {
      ...{ pid: 812, startKey: '1', startedAt: null, name: 'nginx', path: null, unit: 'nginx.service' },
      ...{ container: null, parentPid: 1, parentName: 'init', user: null, uid: 33, descriptors: [4, 17] },
    },
  ],
};

interface Scene {
  rows?: SocketRow[];
  details?: SocketDetails | null;
  problems?: TableName[];
  readings?: ReadingOptions[];
  /** Only a reading of everything finds the rows. */
  deep?: boolean;
}

function run(id: string, scene: Scene = {}, json = false): ReturnType<typeof show> {
  const { rows = [ROW], details = DETAILS, problems = [], readings = [], deep = false } = scene;
  const engine: Pick<Engine, 'snapshot' | 'details' | 'tableProblems'> = {
    snapshot: (reading) => {
      readings.push(reading!);
      return deep && !reading!.namespaces ? [] : [...rows];
    },
    details: () => details,
    tableProblems: problems.map((table) => ({
      ...{ table, namespace: null, message: `${table} is broken.`, since: 0, retryAt: 0 },
    })),
  };
  return show(engine as Engine, id, json);
}

describe('show', () => {
  it('prints titles and values in columns, quantities to the right', () => {
    expect(run('a-1')).toEqual({
      stdout: [
        'TCP v6  Established  [::1]:443 → [2001:db8::9]:51122',
        'id a-1',
        '',
        'Round trip',
        '  Smoothed          22.512 ms',
        '  Smallest              45 µs',
        '',
        'Socket options',
        '  Not for you ?[2J.',
        '',
        'Congestion control',
        '  Algorithm         bbr?',
        '  Window, segments  12,345',
        '',
        'Process',
        '  Name              nginx',
        '  PID               812',
        '  User              33',
        '  Parent PID        1',
        '  Unit              nginx.service',
        '  Descriptors       4, 17',
        '',
      ].join('\n'),
      stderr: '',
      exitCode: 0,
    });
  });

  it('prints one JSON object: the documented fields, then the details', () => {
    const { stdout, exitCode } = run('a-1', {}, true);
    expect(exitCode).toBe(0);
    const socket = JSON.parse(stdout) as Record<string, unknown>;
    expect(Object.keys(socket)).toEqual([...FIELDS, 'details']);
    expect(socket).toMatchObject({ id: 'a-1', localPort: 443, details: DETAILS });
    expect(stdout.split('\n')).toHaveLength(2);
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    expect(stdout).not.toMatch(/[\u0000-\u0009\u001b\u007f-\u009f]/);
  });

  it('is exit status 1 where the socket is gone, before or while it was looked at', () => {
    const gone = { stdout: '', stderr: 'socketscope: a-2 is gone, or never was.\n', exitCode: 1 };
    expect(run('a-2')).toEqual(gone);
    expect(run('a-1', { details: null })).toEqual({ ...gone, stderr: gone.stderr.replace('a-2', 'a-1') });
    expect(run('a\u001b[2J').stderr).toBe('socketscope: a?[2J is gone, or never was.\n');
  });

  it('does not call a socket gone where TCP or UDP could not be read', () => {
    expect(run('a-2', { problems: ['tcp6'] })).toEqual({
      stdout: '',
      stderr:
        'socketscope: tcp6 is broken.\nsocketscope: a-2 was not found, but not everything could be read.\n',
      exitCode: 4,
    });
    // A kernel without vsock_diag has given nobody an id of such a socket.
    expect(run('a-2', { problems: ['vsock'] }).exitCode).toBe(1);
  });

  it('looks at TCP and UDP first, then at everything', () => {
    const readings: ReadingOptions[] = [];
    run('a-1', { readings });
    expect(readings).toHaveLength(1);
    expect(readings[0]).toMatchObject({ protocols: ['tcp', 'udp'], namespaces: false });
    readings.length = 0;
    expect(run('a-1', { readings, deep: true }).exitCode).toBe(0);
    expect(readings.at(-1)).toEqual({
      protocols: PROTOCOLS,
      bound: true,
      namespaces: true,
      commandLines: false,
    });
  });

  it('shows a socket that has no port by its name', () => {
    const unix = socketRow({
      ...{ id: 'a-1', protocol: 'unix', family: null, state: null, localAddress: '/run/x', localPort: null },
      ...{ remoteAddress: null, remotePort: null },
    });
    expect(run('a-1', { rows: [unix] }).stdout).toMatch(/^UNIX {2}\/run\/x\nid a-1\n/);
  });

  it('shows each socket of a demonstration', () => {
    const engine = createEngine('idle');
    try {
      const rows = engine.snapshot();
      expect(rows.length).toBeGreaterThan(10);
      for (const { id, pid } of rows) {
        const { stdout, exitCode } = show(engine, id, true);
        expect(exitCode).toBe(0);
        const { details } = JSON.parse(stdout) as { details: SocketDetails };
        expect(details.groups.length).toBeGreaterThan(0);
        expect(details.holders[0]?.pid ?? null).toBe(pid);
      }
    } finally {
      engine.dispose();
    }
  });
});
