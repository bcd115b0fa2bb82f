import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toCsv } from './csv';
import { exportSocket, FIELDS } from './fields';
import type { ExportedSocket, Field } from './fields';
import { listener, ownerless, socketRow, SVCHOST } from './fixtures/rows';

const HEADER =
  'id,protocol,family,state,localAddress,localPort,remoteAddress,remotePort,pid,processName,processPath,' +
  'processStartedAt,user,uid,ownerInherited,inode,createdAt,firstSeenAt,bytesSent,bytesReceived,receiveQueue,sendQueue,' +
  'type,dualStack,namespace,unit,container,owner,holders,destroyedAt,rtt,retransmits,' +
  'direction,interface,parentPid,parentName,segmentsSent,segmentsReceived,' +
  'company,product,description,fileVersion,bits,session';

/** What an independent program reads: every cell as text. */
function read(csv: string): Record<string, string>[] {
  return parse(csv, { columns: true, record_delimiter: '\r\n' });
}

describe('FIELDS', () => {
  it('are the documented names, in order', () => {
    expect(FIELDS.join(',')).toBe(HEADER);
  });

  it('are what a socket is exported as, times in ISO 8601', () => {
    const row = socketRow({ owner: 'inherited', createdAt: 0, destroyedAt: 1, processStartedAt: null });
    const socket = exportSocket(row);
    expect(Object.keys(socket)).toEqual([...FIELDS]);
    expect(socket).toMatchObject({
      ...{ id: 'a', localPort: 443, pid: 812, user: 'www-data', bytesSent: 0 },
      ...{ ownerInherited: true, createdAt: '1970-01-01T00:00:00.000Z', processStartedAt: null },
      ...{ destroyedAt: '1970-01-01T00:00:00.001Z', owner: 'inherited', holders: 1, namespace: 'host' },
      firstSeenAt: '2023-11-14T22:15:00.000Z',
    });
    expect(exportSocket(socketRow()).ownerInherited).toBe(false);
  });

  it('are of the program where the system tells of it', () => {
    const row = socketRow({ program: SVCHOST, segmentsSent: 0, segmentsReceived: 7 });
    const { version, ...rest } = SVCHOST;
    expect(exportSocket(row)).toMatchObject({
      ...rest,
      ...{ fileVersion: version, segmentsSent: 0, segmentsReceived: 7 },
    });
    const unknown = exportSocket(socketRow());
    expect([unknown.company, unknown.fileVersion, unknown.session]).toEqual([null, null, null]);
  });
});

describe('toCsv', () => {
  it('writes a header and CRLF line ends; null is an empty cell', () => {
    expect(toCsv(FIELDS, [listener(), ownerless({ id: 'b' })].map(exportSocket))).toBe(
      `${HEADER}\r\n` +
        'a,tcp,4,LISTEN,10.0.0.5,443,,,812,nginx,/usr/sbin/nginx,2023-11-14T22:13:20.000Z,www-data,33,false,4711,,' +
        '2023-11-14T22:15:00.000Z,0,0,0,0,stream,,host,nginx.service,,known,1,,,,listen,eth0,1,systemd,,,,,,,,\r\n' +
        'b,tcp,4,TIME_WAIT,10.0.0.5,443,10.0.0.9,51122,,,,,,,false,,,2023-11-14T22:15:00.000Z,0,0,0,0,stream,,host,,,none,0,,,,inbound,eth0,,,,,,,,,,\r\n',
    );
  });

  it('writes the header, and nothing else, for an empty list', () => {
    expect(toCsv(FIELDS, [])).toBe(`${HEADER}\r\n`);
  });

  it('is read back unchanged by another program, whatever the cells hold', () => {
    const awkward = fc.constantFrom('"', ',', '\n', '\r', '\r\n', ' ', '\uFEFF', "'", 'ä');
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: awkward }));
    // Cells that look like formulas are changed on purpose: see below.
    const cell = fc.option(text.filter((value) => !/^[=+\-@\t\r\n]/.test(value)));
    const fields: Field[] = ['id', 'processName', 'commandLine'];
    const sockets = fc.array(fc.record({ id: cell, processName: cell, commandLine: cell }));
    fc.assert(
      fc.property(sockets, (list) => {
        const expected = list.map((socket) =>
          fields.map((field) => socket[field as keyof typeof socket] ?? ''),
        );
        expect(read(toCsv(fields, list)).map((record) => Object.values(record))).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('leaves no cell that a spreadsheet runs as a formula', () => {
    const rest = fc.string({ unit: fc.constantFrom('a', '(', '"', ',', '\n', '\r', ' ', '=') });
    fc.assert(
      fc.property(fc.constantFrom('=', '+', '-', '@', '\t', '\r'), rest, (first, more) => {
        const socket: ExportedSocket = { id: 'a', processName: first + more };
        expect(read(toCsv(['id', 'processName'], [socket]))).toEqual([
          { id: 'a', processName: `'${first}${more}` },
        ]);
      }),
    );
  });

  it.each(['=1+1', '=cmd|"/c calc"!A1', '=1\n+1', '@SUM(A1)', '+1', '-1', '\t=1', '\r=1'])(
    'neutralises %j',
    (name) => {
      expect(read(toCsv(['processName'], [{ processName: name }]))).toEqual([{ processName: `'${name}` }]);
    },
  );

  it('leaves numbers and truth values as they are', () => {
    expect(toCsv(['localPort', 'ownerInherited'], [{ localPort: 0, ownerInherited: false }])).toBe(
      'localPort,ownerInherited\r\n0,false\r\n',
    );
  });
});
