import { beforeEach, describe, expect, it } from 'vitest';
import type { MainTable, ProcessInfo } from '../../shared/socket';
import { SocketTable } from '../../shared/socketTable';
import { RowIdentities } from './identity';
import { RowOwners } from './rowOwners';
import { ROW_LAYOUTS, TABLE_LAYOUTS } from './tableLayouts';
import { decodeTable } from './tables';

/** ms */
const NOW = Date.now();
const FILETIME_EPOCH_MS = 11_644_473_600_000;

function processInfo(pid: number, name: string, startedAt: number | null = NOW - 60_000): ProcessInfo {
  return {
    ...{ pid, startKey: String(startedAt), startedAt, name, path: null, unit: null },
    ...{ container: null, parentPid: null, parentName: null },
  };
}

interface Socket {
  port: number;
  pid: number;
  /** ms */
  createdAt?: number;
  /** The service that the module information leads to */
  service?: string;
}

/** Rows of udp4 as the system would fill them in; the first byte of the module information stands for the service. */
function bytesOf(sockets: readonly Socket[], services: readonly string[]): Uint8Array {
  const { firstRow, rowSize, createTime } = TABLE_LAYOUTS.udp4['owner-module'];
  const { localPort, pid } = ROW_LAYOUTS.udp4;
  const bytes = new Uint8Array(firstRow + rowSize * sockets.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, sockets.length, true);
  for (const [i, socket] of sockets.entries()) {
    const at = firstRow + rowSize * i;
    view.setUint16(at + localPort, socket.port, false);
    view.setUint32(at + pid, socket.pid, true);
    if (socket.createdAt !== undefined) {
      const time = BigInt(socket.createdAt + FILETIME_EPOCH_MS) * 10_000n;
      view.setBigUint64(at + createTime, time, true);
    }
    bytes[at + 32] = socket.service === undefined ? 0 : 1 + services.indexOf(socket.service);
  }
  return bytes;
}

class Scene {
  readonly processes = new Map<number, ProcessInfo>();
  readonly hosted = new Map<number, string[]>();
  /** Ports of the sockets whose modules were asked for, and PIDs that were looked for */
  readonly asked: number[] = [];
  /** Whether the buffer is smaller by now than the row */
  cutOff = false;
  readonly sought: number[] = [];
  private readonly identities = new RowIdentities();
  private readonly services = ['Dnscache', 'NlaSvc', 'svchost.exe'];
  private readonly withServices = new Map<string, ProcessInfo>();
  private bytes: Uint8Array = new Uint8Array();
  readonly owners = new RowOwners(
    {
      of: (pid) => {
        this.sought.push(pid);
        return this.processes.get(pid) ?? null;
      },
      withService: (process, service) => this.withService(process, service),
      complete: true,
    },
    { ofPid: (pid) => this.hosted.get(pid) ?? [] },
    {
      of: (name, row) => {
        expect([name, row.length]).toEqual(['udp4', TABLE_LAYOUTS.udp4['owner-module'].rowSize]);
        this.asked.push(new DataView(row.buffer, row.byteOffset).getUint16(4, false));
        return this.services[row[32]! - 1] ?? null;
      },
    },
    (_name: MainTable, index: number) => {
      const { firstRow, rowSize } = TABLE_LAYOUTS.udp4['owner-module'];
      const end = firstRow + rowSize * (index + 1);
      return this.bytes.subarray(firstRow + rowSize * index, this.cutOff ? end - 100 : end);
    },
  );

  /** One reading: who holds each socket, as "name/unit". */
  read(
    sockets: readonly Socket[],
    change: (table: SocketTable) => void = () => undefined,
  ): (string | null)[] {
    this.bytes = bytesOf(sockets, this.services);
    const table = new SocketTable();
    table.append(); // another table's
    const count = decodeTable(this.bytes, this.bytes.length, 'udp4', 'owner-module', table, this.identities);
    this.owners.note('udp4', 1, count);
    change(table);
    const lookup = this.owners.lookup(table);
    return Array.from({ length: table.length - 1 }, (_, i) => {
      const holders = lookup.holdersOf(i + 1);
      expect(lookup.holdersOf(i + 1)).toBe(holders); // compared by reference
      if (holders.length === 0) return null;
      expect(holders).toHaveLength(1);
      return `${holders[0]!.name}${holders[0]!.unit === null ? '' : `/${holders[0]!.unit}`}`;
    });
  }

  private withService(process: ProcessInfo, service: string): ProcessInfo {
    const key = `${process.pid} ${service}`;
    const known = this.withServices.get(key);
    if (known !== undefined) return known;
    const made = { ...process, unit: service };
    this.withServices.set(key, made);
    return made;
  }
}

let scene: Scene;

beforeEach(() => {
  scene = new Scene();
  scene.processes.set(4, processInfo(4, 'System', null));
  scene.processes.set(800, processInfo(800, 'svchost.exe'));
  scene.processes.set(900, processInfo(900, 'node.exe'));
});

describe('RowOwners', () => {
  it('names the process whose PID the table has, and nobody where there is none', () => {
    expect(
      scene.read([
        { port: 1, pid: 900 },
        { port: 2, pid: 4 },
        { port: 3, pid: 901 },
      ]),
    ).toEqual(['node.exe', 'System', null]);
  });

  it('looks for a PID that nobody has once in each reading', () => {
    const socket = { port: 1, pid: 901 };
    for (let i = 0; i < 2; i++) scene.read([socket, { ...socket, port: 2 }, { ...socket, port: 3 }]);
    expect(scene.sought).toEqual([901, 901]);
    scene.processes.set(901, processInfo(901, 'late.exe'));
    expect(scene.read([socket])).toEqual(['late.exe']);
  });

  it('takes no process for the owner that began after the socket: its PID was another one’s', () => {
    const began = NOW - 60_000;
    expect(
      scene.read([
        { port: 1, pid: 900, createdAt: began - 10_000 },
        { port: 2, pid: 900, createdAt: began - 500 },
        { port: 3, pid: 900, createdAt: began + 10_000 },
      ]),
    ).toEqual([null, 'node.exe', 'node.exe']);
  });

  it('believes no times of a process that began in the future: the clock was put back', () => {
    scene.processes.set(900, processInfo(900, 'node.exe', NOW + 3_600_000));
    expect(scene.read([{ port: 1, pid: 900, createdAt: NOW }])).toEqual(['node.exe']);
  });

  it('tells the services of one process apart, asking once for each socket', () => {
    scene.hosted.set(800, ['Dnscache', 'NlaSvc']);
    const sockets = [
      { port: 5353, pid: 800, service: 'Dnscache' },
      { port: 5355, pid: 800, service: 'NlaSvc' },
      { port: 3000, pid: 900 },
    ];
    const owners = ['svchost.exe/Dnscache', 'svchost.exe/NlaSvc', 'node.exe'];
    expect(scene.read(sockets)).toEqual(owners);
    expect(scene.read(sockets)).toEqual(owners);
    expect(scene.asked).toEqual([5353, 5355]);
  });

  it('asks for nothing where the bytes of the row are not there: a reading may have failed', () => {
    scene.hosted.set(800, ['Dnscache', 'NlaSvc']);
    scene.cutOff = true;
    expect(scene.read([{ port: 5353, pid: 800, service: 'Dnscache' }])).toEqual([
      'svchost.exe/Dnscache, NlaSvc',
    ]);
    expect(scene.asked).toEqual([]);
  });

  it('asks for nothing where the process has one service only', () => {
    scene.hosted.set(800, ['Dnscache']);
    expect(scene.read([{ port: 5353, pid: 800, service: 'NlaSvc' }])).toHaveLength(1);
    expect(scene.asked).toEqual([]);
  });

  it('asks again for a socket that was away', () => {
    scene.hosted.set(800, ['Dnscache', 'NlaSvc']);
    const socket = { port: 5353, pid: 800, service: 'Dnscache' };
    for (const sockets of [[socket], [], [socket]]) scene.read(sockets);
    expect(scene.asked).toEqual([5353, 5353]);
  });

  it('names all services of the process where nothing says which it is', () => {
    scene.hosted.set(800, ['Dnscache', 'NlaSvc']);
    expect(scene.read([{ port: 5353, pid: 800 }])).toEqual(['svchost.exe/Dnscache, NlaSvc']);
    // The module is the program itself.
    expect(scene.read([{ port: 5354, pid: 800, service: 'svchost.exe' }])).toEqual([
      'svchost.exe/Dnscache, NlaSvc',
    ]);
    scene.hosted.set(800, ['W32Time']);
    expect(scene.read([{ port: 123, pid: 800 }])).toEqual(['svchost.exe/W32Time']);
  });

  it('reads no bytes of another row, and asks when the row is back in its place', () => {
    scene.hosted.set(800, ['Dnscache', 'NlaSvc']);
    const sockets = [
      { port: 1, pid: 800, service: 'Dnscache' },
      { port: 2, pid: 800, service: 'NlaSvc' },
    ];
    // The engine drops a row that is listed twice, and the last one takes its place.
    expect(scene.read(sockets, (table) => table.drop([1]))).toEqual(['svchost.exe/Dnscache, NlaSvc']);
    expect(scene.asked).toEqual([]);
    expect(scene.read(sockets)).toEqual(['svchost.exe/Dnscache', 'svchost.exe/NlaSvc']);
  });
});
