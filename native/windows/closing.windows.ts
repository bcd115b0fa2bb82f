/**
 * Resetting connections: against the double, with the tables as the reader reads them, and on the system that this runs on. Under Wine
 * SetTcpEntry says yes and does nothing, which must be found out.
 */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { Right } from '../../shared/abilities';
import { stateCode } from '../../shared/socket';
import type { MainTable } from '../../shared/socket';
import { SocketTable } from '../../shared/socketTable';
import type { Attempt } from '../backend';
import { BoundEndpoints } from './boundEndpoints';
import { WindowsClosing } from './closing';
import { doubleFile, TestDouble } from './fixtures/double';
import { sdkLayout, sdkOffset } from './fixtures/sdkLayouts';
import { WindowsSockets } from './fixtures/windowsSockets';
import { RowIdentities } from './identity';
import { Libraries } from './libraries';
import { SOCKADDR_IN6 } from './nsi';
import { TableBuffers } from './tableReader';
import { TCP6_ENTRY, TCP_ENTRY } from './tcpEntry';

const ALL: Right = { reach: 'all', why: null };
const RIGHTS = { reset: ALL, reset6: ALL, finish: { reach: 'none', why: 'Nobody can.' } } as const;
const TCP4 = 0;
const TCP6 = 1;

/** The reader and what closes, as the backend puts them together. */
class System {
  private readonly buffers: TableBuffers;
  private readonly closing: WindowsClosing;

  constructor(libraries: Libraries) {
    this.buffers = new TableBuffers(libraries, new RowIdentities(), new BoundEndpoints(libraries));
    const reread = (name: MainTable, into: SocketTable): void => void this.buffers.read(name, into, false);
    this.closing = new WindowsClosing({ libraries, reread, rights: RIGHTS });
  }

  read(name: MainTable): SocketTable {
    const table = new SocketTable();
    this.buffers.read(name, table, false);
    this.buffers.settle();
    return table;
  }

  close(table: SocketTable, row: number): Attempt {
    return this.closing.close(table, row, 'reset');
  }
}

describe('the double', () => {
  const double = new TestDouble();
  const fill = double.control<(kind: number, rows: number) => void>('void double_tables_fill(int, uint32)');
  const pretend = double.control<() => void>('void double_reset_pretends()');
  const given = double.control<(numbers: Uint32Array, module: Uint8Array, key: Uint8Array) => void>(
    'void double_nsi_given(void *, void *, void *)',
  );
  let system: System;

  beforeEach(() => {
    double.reset();
    fill(TCP4, 10);
    fill(TCP6, 10);
    system = new System(new Libraries({ iphlpapi: doubleFile, nsi: doubleFile }));
  });

  const portsOf = (name: MainTable): number[] => {
    const table = system.read(name);
    return [...table.columns.localPort.subarray(0, table.length)];
  };

  for (const [name, call] of [
    ['tcp4', 'SetTcpEntry'],
    ['tcp6', 'NsiSetAllParameters'],
  ] as const) {
    test(`loses the connection that is meant, and no other: ${name}`, () => {
      const table = system.read(name);
      const before = portsOf(name);
      const [port] = table.columns.localPort.subarray(3);
      assert.deepEqual(system.close(table, 3), { outcome: 'done', message: null });
      assert.deepEqual(
        portsOf(name),
        before.filter((each) => each !== port),
      );
      assert.deepEqual(system.close(table, 3), { outcome: 'gone', message: null });
      assert.equal(double.calls(call), 1);
    });

    test(`that only pretends is seen through: ${name}`, () => {
      pretend();
      assert.deepEqual(system.close(system.read(name), 3), {
        outcome: 'failed',
        message: 'Windows said that it is reset, but the connection is still there.',
      });
      assert.equal(portsOf(name).length, 10);
    });

    for (const [code, outcome] of [
      [5, 'refused'],
      [317, 'refused'],
      [50, 'failed'],
      [87, 'failed'],
    ] as const)
      test(`that fails is told with its reason: ${name}, ${code}`, () => {
        double.fail(call, code);
        const attempt = system.close(system.read(name), 3);
        assert.equal(attempt.outcome, outcome);
        assert.match(attempt.message!, new RegExp(`, ${code}\\)\\.`));
        assert.equal(portsOf(name).length, 10);
      });
  }

  test('is given what the sources say to NsiSetAllParameters', () => {
    const table = system.read('tcp6');
    system.close(table, 3);
    const [numbers, module, key] = [new Uint32Array(5), new Uint8Array(24), new Uint8Array(56)];
    given(numbers, module, key);
    assert.deepEqual([...numbers], [1, 2, 16, 56, 0]);
    assert.equal(Buffer.from(module).toString('hex'), '1800000001000000034a00eb1a9bd41191230050047759bc');
    assert.deepEqual([...key.subarray(8, 24)], [...table.addresses.subarray(96, 112)]);
    assert.deepEqual([...key.subarray(36, 52)], [...table.addresses.subarray(112, 128)]);
  });

  test('has no such call: it is said so', () => {
    const without = new System(new Libraries({ iphlpapi: doubleFile, nsi: 'there-is-no-such.dll' }));
    const attempt = without.close(without.read('tcp6'), 3);
    assert.equal(attempt.outcome, 'failed');
    assert.match(attempt.message!, /no call that resets IPv6/);
  });
});

describe('this system', () => {
  const sockets = new WindowsSockets();
  afterEach(() => sockets.close());

  /** The row of the end that connected. */
  async function connect(system: System): Promise<{ table: SocketTable; row: number }> {
    const { client } = await sockets.connect('127.0.0.1');
    const table = system.read('tcp4');
    const { localPort, state } = table.columns;
    const row = localPort.findIndex(
      (port, i) => i < table.length && port === client.localPort && state[i] === stateCode('ESTABLISHED'),
    );
    assert.ok(row >= 0);
    return { table, row };
  }

  test('never has a connection called closed that is still there', async () => {
    const system = new System(new Libraries());
    const { table, row } = await connect(system);
    const { outcome, message } = system.close(table, row);
    const now = system.read('tcp4');
    const isThere = now.columns.localPort
      .subarray(0, now.length)
      .some(
        (port, i) =>
          port === table.columns.localPort[row] && now.columns.state[i] === stateCode('ESTABLISHED'),
      );
    // An administrator's on Windows is closed; under Wine, and without the right, none is.
    assert.equal(outcome === 'done', !isThere);
    // Wine, whose SetTcpEntry says yes and does nothing, says of no connection when it was made.
    const why = /^Windows (said that it is reset, but|refuses it|does not say when it was made)/;
    if (isThere) assert.match(message!, why);
    if (Number.isNaN(table.columns.createdAt[row]!)) assert.equal(outcome, 'refused');
  });

  test('has a connection that ended since gone', async () => {
    const system = new System(new Libraries());
    const { table, row } = await connect(system);
    // Wine says of none when it was made: here it is played.
    table.columns.createdAt[row] = Date.now();
    sockets.close();
    const until = performance.now() + 10_000;
    let attempt = system.close(table, row);
    while (attempt.outcome !== 'gone' && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      attempt = system.close(table, row);
    }
    assert.equal(attempt.outcome, 'gone');
  });
});

describe('what Windows is told', () => {
  test('is laid out as the SDK says', () => {
    const at = (structure: string, members: Record<string, string>): Record<string, number> => ({
      size: sdkLayout(structure).size,
      ...Object.fromEntries(
        Object.entries(members).map(([ours, member]) => [ours, sdkOffset(structure, member)]),
      ),
    });
    assert.deepEqual(
      { ...TCP_ENTRY },
      at('MIB_TCPROW', {
        ...{ state: 'dwState', localAddress: 'dwLocalAddr', localPort: 'dwLocalPort' },
        ...{ remoteAddress: 'dwRemoteAddr', remotePort: 'dwRemotePort' },
      }),
    );
    assert.deepEqual(
      { ...TCP6_ENTRY },
      at('MIB_TCP6ROW', {
        ...{
          state: 'State',
          localAddress: 'LocalAddr',
          localScope: 'dwLocalScopeId',
          localPort: 'dwLocalPort',
        },
        ...{ remoteAddress: 'RemoteAddr', remoteScope: 'dwRemoteScopeId', remotePort: 'dwRemotePort' },
      }),
    );
    assert.deepEqual(
      { ...SOCKADDR_IN6 },
      at('SOCKADDR_IN6', {
        ...{ family: 'sin6_family', port: 'sin6_port', address: 'sin6_addr', scope: 'sin6_scope_id' },
      }),
    );
  });
});
