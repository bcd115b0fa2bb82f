import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Engine } from '../engine';
import { FIELDS } from '../shared/fields';
import { DEFAULT_READING } from '../shared/socket';
import type { ReadingOptions, SocketRow } from '../shared/socket';
import { list } from './list';
import type { ListOptions } from './list';

const LISTENER: SocketRow = {
  id: 'a-1',
  protocol: 'tcp',
  family: 4,
  type: 'stream',
  state: 'LISTEN',
  localAddress: '0.0.0.0',
  localPort: 443,
  remoteAddress: null,
  remotePort: null,
  dualStack: null,
  namespace: null,
  pid: 812,
  processName: 'nginx',
  processPath: '/usr/sbin/nginx',
  processStartedAt: Date.UTC(2026, 0, 5, 8),
  unit: null,
  container: null,
  user: 'www-data',
  uid: 33,
  owner: 'known',
  holders: 1,
  inode: 4711,
  createdAt: null,
  firstSeenAt: Date.UTC(2026, 0, 5, 9, 0, 0, 123),
  destroyedAt: null,
  bytesSent: null,
  bytesReceived: null,
  receiveQueue: 0,
  sendQueue: 511,
  rtt: null,
  retransmits: null,
  segmentsSent: null,
  segmentsReceived: null,
  direction: 'listen',
  interface: null,
  parentPid: 1,
  parentName: 'systemd',
  commandLine: null,
  program: null,
};

const row = (changes: Partial<SocketRow>): SocketRow => ({ ...LISTENER, ...changes });

const ENDED = row({
  id: 'a-2',
  state: 'TIME_WAIT',
  localAddress: '10.0.0.5',
  remoteAddress: '10.0.0.9',
  remotePort: 51_122,
  owner: 'inherited',
  user: null,
  uid: 33,
});
const UNOWNED = row({
  id: 'a-3',
  protocol: 'udp',
  family: 6,
  state: null,
  localAddress: '::1',
  localPort: 53,
  owner: 'hidden',
  pid: null,
  processName: null,
  processPath: null,
  processStartedAt: null,
  user: null,
  uid: null,
});

function print(
  rows: readonly SocketRow[],
  options: Partial<ListOptions> = {},
  commandLines: Record<string, string | null> = {},
): string {
  const engine: Pick<Engine, 'snapshot'> = {
    snapshot: (reading) =>
      rows.map((each) => ({
        ...each,
        commandLine: reading?.commandLines === true ? (commandLines[each.id] ?? null) : null,
      })),
  };
  return list(engine, {
    format: 'text',
    showCommandLines: false,
    reading: DEFAULT_READING,
    ...options,
  });
}

const CONTROLS = '\u0000\u0007\b\t\n\r\u001b\u001f\u007f\u0085\u009b\u009f';
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

describe('list as text', () => {
  it('is a table that a person can read', () => {
    expect(print([UNOWNED, ENDED, LISTENER])).toBe(
      [
        'Proto  State      Local         Remote          PID  Process      User',
        'tcp4   LISTEN     0.0.0.0:443   *:*             812  nginx        www-data',
        'tcp4   TIME_WAIT  10.0.0.5:443  10.0.0.9:51122  812  nginx (was)  33',
        'udp6              [::1]:53      *:*                  (hidden)',
        '',
      ].join('\n'),
    );
  });

  it('names a table without versions by its protocol alone', () => {
    const unix = row({
      protocol: 'unix',
      family: null,
      type: 'stream',
      localAddress: '/run/x',
      localPort: null,
    });
    expect(print([unix]).split('\n')[1]).toMatch(/^unix /);
  });

  it('tells an IPv6 socket that serves IPv4 as well from one that does not', () => {
    const wildcard = (dualStack: boolean): SocketRow => row({ family: 6, localAddress: '::', dualStack });
    expect(print([wildcard(true)]).split('\n')[1]).toMatch(/^tcp46 /);
    expect(print([wildcard(false)]).split('\n')[1]).toMatch(/^tcp6 /);
    expect(print([{ ...wildcard(true), protocol: 'udp' }]).split('\n')[1]).toMatch(/^udp46 /);
  });

  it('counts the other processes that hold a socket, and says how sure the owner is', () => {
    const process = (changes: Partial<SocketRow>): string | undefined =>
      /812 {2}(.*?) {2}/.exec(print([row(changes)]))?.[1];
    expect(process({ holders: 1 })).toBe('nginx');
    expect(process({ holders: 4 })).toBe('nginx +3');
    expect(process({ owner: 'presumed' })).toBe('nginx (presumably)');
    expect(process({ holders: 2, owner: 'inherited' })).toBe('nginx +1 (was)');
  });

  it('is the header alone where there is no socket', () => {
    expect(print([])).toBe('Proto  State  Local  Remote  PID  Process  User\n');
  });

  it('shows command lines only when asked to', () => {
    const lines = { 'a-1': 'nginx --password=hunter2' };
    expect(print([LISTENER], {}, lines)).not.toContain('hunter2');
    const shown = print([LISTENER, UNOWNED], { showCommandLines: true }, lines);
    expect(shown).toMatch(/^Proto .*Command line\n.*nginx --password=hunter2\n/);
  });

  it('lets no control character reach the terminal', () => {
    const evil = row({ processName: `${CONTROLS}\u001b]0;owned\u0007`, user: `${CONTROLS}u` });
    const text = print([evil], { showCommandLines: true }, { 'a-1': `x${CONTROLS}` });
    const lines = text.split('\n');
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(line).not.toMatch(CONTROL);
    expect(text).toContain('?]0;owned?');
  });

  it('keeps every socket on a line of its own, whatever its process is called', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 15 }), { maxLength: 5 }), (names) => {
        const rows = names.map((processName, i) => row({ id: `a-${i}`, processName }));
        const lines = print(rows).split('\n');
        expect(lines).toHaveLength(rows.length + 2);
        for (const line of lines) expect(line).not.toMatch(CONTROL);
      }),
    );
  });
});

describe('list', () => {
  it('has the engine read what was asked for', () => {
    const readings: (ReadingOptions | undefined)[] = [];
    const engine: Pick<Engine, 'snapshot'> = {
      snapshot: (reading) => {
        readings.push(reading);
        return [];
      },
    };
    const reading: ReadingOptions = {
      protocols: ['unix'],
      bound: true,
      namespaces: false,
      commandLines: false,
    };
    list(engine, { format: 'json', showCommandLines: false, reading });
    expect(readings).toEqual([reading]);
  });

  const anyRow = fc
    .record({
      protocol: fc.constantFrom('tcp' as const, 'udp' as const),
      family: fc.constantFrom(4 as const, 6 as const),
      localAddress: fc.constantFrom('10.0.0.5', '127.0.0.1'),
      localPort: fc.constantFrom(80, 443, 8080),
      remoteAddress: fc.constantFrom(null, '10.0.0.9', '10.0.0.10'),
      remotePort: fc.constantFrom(null, 1, 51_122),
    })
    .map(row);

  it('prints the same sockets in the same order, however the tables are walked', () => {
    const rowsAndOrder = fc
      .uniqueArray(anyRow, { maxLength: 12, selector: (r) => JSON.stringify(r) })
      .map((rows) => rows.map((r, i) => ({ ...r, id: `a-${i}` })))
      .chain((rows) => fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length })));
    fc.assert(
      fc.property(rowsAndOrder, ([rows, shuffled]) => {
        for (const format of ['text', 'json', 'csv'] as const)
          expect(print(shuffled, { format })).toBe(print(rows, { format }));
      }),
    );
  });

  it('sorts ports as numbers', () => {
    const ports = [8080, 80, 443].map((localPort) => row({ id: `p${localPort}`, localPort }));
    const sockets = JSON.parse(print(ports, { format: 'json' })) as { localPort: number }[];
    expect(sockets.map((socket) => socket.localPort)).toEqual([80, 443, 8080]);
  });
});

describe('list as JSON', () => {
  it('is an array of the documented fields, in order, one socket a line', () => {
    const text = print([ENDED, LISTENER], { format: 'json' });
    const sockets = JSON.parse(text) as Record<string, unknown>[];
    for (const socket of sockets) expect(Object.keys(socket)).toEqual(FIELDS);
    expect(sockets[0]).toEqual({
      id: 'a-1',
      protocol: 'tcp',
      family: 4,
      state: 'LISTEN',
      localAddress: '0.0.0.0',
      localPort: 443,
      remoteAddress: null,
      remotePort: null,
      pid: 812,
      processName: 'nginx',
      processPath: '/usr/sbin/nginx',
      processStartedAt: '2026-01-05T08:00:00.000Z',
      user: 'www-data',
      uid: 33,
      ownerInherited: false,
      inode: 4711,
      createdAt: null,
      firstSeenAt: '2026-01-05T09:00:00.123Z',
      bytesSent: null,
      bytesReceived: null,
      receiveQueue: 0,
      sendQueue: 511,
      type: 'stream',
      dualStack: null,
      namespace: null,
      unit: null,
      container: null,
      owner: 'known',
      holders: 1,
      destroyedAt: null,
      rtt: null,
      retransmits: null,
      direction: 'listen',
      interface: null,
      parentPid: 1,
      parentName: 'systemd',
      segmentsSent: null,
      segmentsReceived: null,
      company: null,
      product: null,
      description: null,
      fileVersion: null,
      bits: null,
      session: null,
    });
    expect(sockets[1]).toMatchObject({ id: 'a-2', ownerInherited: true });
    expect(text.split('\n')).toHaveLength(2 + sockets.length + 1);
  });

  it('is an empty array where there is no socket', () => {
    expect(JSON.parse(print([], { format: 'json' }))).toEqual([]);
  });

  it('has a command line only when asked for', () => {
    const text = print(
      [LISTENER, UNOWNED],
      { format: 'json', showCommandLines: true },
      { 'a-1': 'nginx --password=hunter2', 'a-3': null },
    );
    const sockets = JSON.parse(text) as Record<string, unknown>[];
    for (const socket of sockets) expect(Object.keys(socket)).toEqual([...FIELDS, 'commandLine']);
    expect(sockets.map((socket) => socket['commandLine'])).toEqual(['nginx --password=hunter2', null]);
  });
});

describe('list as CSV', () => {
  it('has a header and the documented fields, and an empty cell for what is not known', () => {
    const text = print([LISTENER, UNOWNED], { format: 'csv' });
    const [header, first, second] = parse(text);
    expect(header).toEqual(FIELDS);
    const cell = (line: string[] | undefined, field: (typeof FIELDS)[number]): string | undefined =>
      line?.[FIELDS.indexOf(field)];
    expect(cell(first, 'processName')).toBe('nginx');
    expect(cell(first, 'localPort')).toBe('443');
    expect(cell(first, 'ownerInherited')).toBe('false');
    expect(cell(first, 'processStartedAt')).toBe('2026-01-05T08:00:00.000Z');
    expect(cell(first, 'remoteAddress')).toBe('');
    expect(cell(second, 'pid')).toBe('');
  });

  it('survives any name, and runs none as a formula', () => {
    const names = ['a,b', 'say "hi"', 'two\r\nlines', '=1+1', '+1', '-1', '@x', '\tx', '\rx', ' ', ''];
    const rows = names.map((processName, i) => row({ id: `a-${i}`, localPort: i, processName }));
    const cells = parse(print(rows, { format: 'csv' }))
      .slice(1)
      .map((line) => line[FIELDS.indexOf('processName')]!);
    expect(cells).toHaveLength(names.length);
    for (const [i, name] of names.entries())
      expect(cells[i]).toBe(/^[=+\-@\t\r]/.test(name) ? `'${name}` : name);
  });

  it('has a command line only when asked for', () => {
    const options = { format: 'csv', showCommandLines: true } as const;
    const [header, line] = parse(print([LISTENER], options, { 'a-1': 'nginx -c "x"' }));
    expect(header).toEqual([...FIELDS, 'commandLine']);
    expect(line?.at(-1)).toBe('nginx -c "x"');
  });
});
