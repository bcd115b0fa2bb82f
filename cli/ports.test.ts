import { describe, expect, it } from 'vitest';
import type { TableProblem } from '../shared/contract';
import { socketRow } from '../shared/fixtures/rows';
import type { PortRanges } from '../shared/portRanges';
import type { ReadingOptions } from '../shared/socket';
import { parsePort, portOutput, portReading, rangesOutput } from './ports';
import { UsageError } from './usage';

const RANGES: PortRanges = {
  tables: [
    {
      protocol: 'tcp',
      family: 4,
      ephemeral: { first: 49_152, last: 65_535 },
      excluded: [
        { first: 5357, last: 5357, why: 'held' },
        { first: 50_000, last: 50_059, why: 'administered' },
      ],
    },
    { protocol: 'tcp', family: 6, ephemeral: { first: 49_152, last: 65_535 }, excluded: [] },
    { protocol: 'udp', family: 4, ephemeral: { first: 49_152, last: 65_535 }, excluded: [] },
    { protocol: 'udp', family: 6, ephemeral: null, excluded: null },
  ],
  unprivilegedFrom: null,
  problems: ['netsh is ill.'],
};

describe('ports', () => {
  it('prints each range once, under all that it holds for', () => {
    expect(rangesOutput(RANGES, false)).toEqual({
      stdout: [
        'TCP v4',
        '  Ephemeral  49152–65535',
        '  Excluded   5357',
        '             50000–50059  reserved by an administrator',
        '',
        'TCP v6, UDP v4',
        '  Ephemeral  49152–65535',
        '  Excluded   none',
        '',
        'UDP v6',
        '  Ephemeral  not known',
        '  Excluded   not known',
        '',
      ].join('\n'),
      stderr: 'socketscope: netsh is ill.\n',
      exitCode: 4,
    });
    const linux = rangesOutput({ ...RANGES, unprivilegedFrom: 1024, problems: [] }, false);
    expect(linux.stdout).toMatch(/\n\nPrivileged programs only: ports below 1024\n$/);
    expect(linux).toMatchObject({ stderr: '', exitCode: 0 });
  });

  it('--json prints one object', () => {
    expect(JSON.parse(rangesOutput(RANGES, true).stdout)).toEqual(RANGES);
  });

  const tcp = { protocol: 'tcp', family: 4, localAddress: '0.0.0.0', localPort: 5357 } as const;
  const rows = [
    socketRow({ ...tcp, id: 'a', state: 'LISTEN', processName: 'nginx' }),
    socketRow({ ...tcp, id: 'b', state: 'ESTABLISHED', remoteAddress: '192.0.2.1', remotePort: 1 }),
    socketRow({ ...tcp, id: 'c', state: 'TIME_WAIT', remoteAddress: '192.0.2.2', remotePort: 2 }),
    socketRow({ ...tcp, id: 'd', state: 'TIME_WAIT', remoteAddress: '192.0.2.3', remotePort: 3 }),
    socketRow({ ...tcp, id: 'e', state: 'BOUND' }),
    socketRow({ ...tcp, id: 'f', protocol: 'udp', state: null }),
    socketRow({ ...tcp, id: 'g', state: 'LISTEN', localPort: 5358 }),
    // A remote port is somebody else's.
    socketRow({
      ...tcp,
      id: 'h',
      state: 'ESTABLISHED',
      localPort: 1,
      remoteAddress: '192.0.2.1',
      remotePort: 5357,
    }),
  ];

  const whole = { rows, problems: [] };

  it('says of a port who has it, and where it lies', () => {
    const { stdout } = portOutput(5357, whole, RANGES, false);
    const lines = stdout.split('\n');
    expect(lines[0]).toBe(
      'Port 5357: 1 listener, 1 connection, 1 UDP socket, 1 bound, not listening, 2 in TIME_WAIT',
    );
    expect(lines[2]).toMatch(/^Proto {2}State/);
    expect(lines.slice(3, 9).every((line) => line.includes(':5357'))).toBe(true);
    expect(stdout).not.toContain('5358');
    expect(lines.slice(-4)).toEqual([
      ...['', 'TCP v4', '  in the excluded range 5357: other programs are refused', ''],
    ]);
  });

  it('says of a port that nothing has why it may be refused all the same', () => {
    expect(portOutput(50_001, whole, RANGES, false).stdout).toBe(
      [
        'Port 50001: no socket of this machine has it.',
        '',
        'TCP v4',
        '  in the reserved range 50000–50059: given only to who asks for it by number',
        '  in the ephemeral range 49152–65535: given to who asks for any port',
        '',
        'TCP v6, UDP v4',
        '  in the ephemeral range 49152–65535: given to who asks for any port',
        '',
      ].join('\n'),
    );
    expect(portOutput(80, { rows: [], problems: [] }, RANGES, false).stdout).toBe(
      'Port 80: no socket of this machine has it.\n',
    );
  });

  it('--json prints both', () => {
    const { port, sockets, places } = JSON.parse(portOutput(5357, whole, RANGES, true).stdout) as {
      port: number;
      sockets: { id: string }[];
      places: unknown[];
    };
    expect([port, sockets.map(({ id }) => id)]).toEqual([5357, ['a', 'b', 'c', 'd', 'e', 'f']]);
    expect(places[0]).toEqual({
      ...{ protocol: 'tcp', family: 4, ephemeral: null, privileged: false },
      excluded: { first: 5357, last: 5357, why: 'held' },
    });
  });

  const problem: TableProblem = {
    ...{ table: 'tcp6', namespace: '', message: 'TCP v6 could not be read.', since: 0, retryAt: 0 },
  };

  it('does not say that nothing has a port where a table could not be read', () => {
    const reading = { rows, problems: [problem] };
    const { stdout, stderr, exitCode } = portOutput(80, reading, { ...RANGES, problems: [] }, false);
    expect(stdout).toBe('Port 80: no socket has it in the tables that could be read; others could not.\n');
    expect([stderr, exitCode]).toEqual(['socketscope: TCP v6 could not be read.\n', 4]);
    const all = portOutput(5357, reading, RANGES, true);
    const problems = ['netsh is ill.', 'TCP v6 could not be read.'];
    expect(JSON.parse(all.stdout)).toMatchObject({ problems });
    expect([all.stderr, all.exitCode]).toEqual([
      problems.map((each) => `socketscope: ${each}\n`).join(''),
      4,
    ]);
    expect(portOutput(5357, reading, RANGES, false).stdout).toMatch(/^Port 5357: 1 listener,/);
  });

  it('reads what is bound as well, and what of it could not be read', () => {
    const problems = [problem];
    const read: (ReadingOptions | undefined)[] = [];
    const engine = {
      tableProblems: [] as TableProblem[],
      snapshot(options?: ReadingOptions) {
        read.push(options);
        this.tableProblems = problems;
        return rows;
      },
    };
    expect(portReading(engine)).toEqual({ rows, problems });
    expect(read).toEqual([expect.objectContaining({ bound: true })]);
  });

  it.each(['0', '65536', '-1', '1e3', '', 'http', '008080'])('knows that "%s" is no port', (text) => {
    expect(() => parsePort(text)).toThrow(UsageError);
  });
});
