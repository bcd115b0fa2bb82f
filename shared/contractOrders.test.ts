/** What is accepted as an order, or as a wish for another engine, and above all what is not. */
import { describe, expect, it } from 'vitest';
import type * as v from 'valibot';
import {
  browserAction,
  ContractError,
  engineRequest,
  hostRequest,
  order,
  orderRequest,
  parse,
  iconRequest,
  programRequest,
} from './contract';
import { MAX_TARGETS, PROCESS_ACTIONS, SOCKET_ACTIONS } from './orders';

const SCHEMAS = {
  ...{ order, orderRequest, hostRequest, browserAction, programRequest, iconRequest, engineRequest },
} satisfies Record<string, v.GenericSchema>;
type Name = keyof typeof SCHEMAS;

const SECRET = 'hunter2';
const PROCESS = { pid: 812, startedAt: 1_700_000_000_000 };
const reset = (ids: unknown): object => ({ action: 'reset', ids });
const ORDER = reset(['a', 'b']);
const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `row ${i}`);

describe('an order', () => {
  it.each<[Name, unknown]>([
    ...SOCKET_ACTIONS.map((action): [Name, unknown] => ['order', { action, ids: ['x'.repeat(200)] }]),
    ...PROCESS_ACTIONS.map((action): [Name, unknown] => ['order', { action, processes: [PROCESS] }]),
    ['order', { action: 'kill', processes: Array.from({ length: MAX_TARGETS }, () => PROCESS) }],
    ['hostRequest', { request: 1, method: 'prepare', order: ORDER }],
    ['hostRequest', { request: 1, method: 'act', order: reset(names(MAX_TARGETS)), origin: 'command line' }],
    ['hostRequest', { request: 2, method: 'stop', which: 1 }],
    ['hostRequest', { request: 3, method: 'program', process: PROCESS }],
    ['orderRequest', { order: ORDER }],
    ['programRequest', { process: PROCESS }],
    ['iconRequest', { process: PROCESS }],
    ['engineRequest', { engine: { kind: 'local' } }],
    ...['server', 'anna@web-1.example.org', 'web_1', '10.0.0.5', '[::1]', 'fe80::1%eth0'].map(
      (host): [Name, unknown] => ['engineRequest', { engine: { kind: 'remote', host } }],
    ),
  ])('as %s may be %j', (name, message) => {
    expect(parse(SCHEMAS[name], message)).toEqual(message);
  });

  it.each<[what: string, name: Name, message: unknown, field: string]>([
    ['no ids', 'order', reset([]), 'ids'],
    ['too many ids', 'order', reset(names(MAX_TARGETS + 1)), 'ids'],
    [
      'too many ids, from a browser',
      'browserAction',
      { type: 'prepare', order: reset(names(MAX_TARGETS + 1)) },
      'order.ids',
    ],
    ['an id that is empty', 'order', reset(['a', '']), 'ids.1'],
    ['an id that is too long', 'order', reset(['a', SECRET.repeat(29)]), 'ids.1'],
    [
      'an id that is no text',
      'hostRequest',
      { request: 1, method: 'prepare', order: reset([{ id: SECRET }]) },
      'order.ids.0',
    ],
    ['ids that are no list', 'order', reset(SECRET), 'ids'],
    ['an action nobody has', 'order', { action: SECRET, ids: ['a'] }, 'action'],
    ['no action', 'order', { ids: [SECRET] }, 'action'],
    ['an order with ids and processes', 'order', { ...ORDER, processes: [PROCESS] }, 'processes'],
    [
      'an order with processes and ids',
      'order',
      { action: 'kill', processes: [PROCESS], ids: [SECRET] },
      'ids',
    ],
    ['sockets to be killed', 'order', { action: 'kill', ids: [SECRET] }, 'processes'],
    ['processes to be reset', 'order', { action: 'reset', processes: [PROCESS] }, 'ids'],
    ['an address', 'order', { action: 'reset', address: SECRET, port: 443 }, 'ids'],
    ['an address beside ids', 'order', { ...ORDER, localAddress: SECRET }, 'localAddress'],
    ['endpoints in the place of an id', 'order', reset([{ local: SECRET, remote: SECRET }]), 'ids.0'],
    ['a PID alone', 'order', { action: 'kill', processes: [{ pid: 812 }] }, 'processes.0.startedAt'],
    ['a bare number', 'order', { action: 'kill', processes: [812] }, 'processes.0'],
    ['a PID beside its processes', 'order', { action: 'kill', processes: [PROCESS], pid: 1 }, 'pid'],
    ['no PID', 'order', { action: 'kill', processes: [{ startedAt: 5 }] }, 'processes.0.pid'],
    ['PID 0', 'order', { action: 'kill', processes: [{ ...PROCESS, pid: 0 }] }, 'processes.0.pid'],
    [
      'a process group',
      'order',
      { action: 'kill', processes: [{ ...PROCESS, pid: -812 }] },
      'processes.0.pid',
    ],
    ['half a PID', 'order', { action: 'kill', processes: [{ ...PROCESS, pid: 1.5 }] }, 'processes.0.pid'],
    [
      'a start time in text',
      'order',
      { action: 'kill', processes: [{ ...PROCESS, startedAt: SECRET }] },
      'processes.0.startedAt',
    ],
    [
      'a signal of its own',
      'order',
      { action: 'kill', processes: [{ ...PROCESS, signal: SECRET }] },
      'processes.0.signal',
    ],
    ['nobody', 'order', { action: 'kill', processes: [] }, 'processes'],
    ['an order that agrees with itself', 'orderRequest', { order: ORDER, confirmed: SECRET }, 'confirmed'],
    [
      'an origin nobody has',
      'hostRequest',
      { request: 1, method: 'act', order: ORDER, origin: SECRET },
      'origin',
    ],
    ['no origin', 'hostRequest', { request: 1, method: 'act', order: ORDER }, 'origin'],
    ['a stop of nothing', 'hostRequest', { request: 1, method: 'stop' }, 'which'],
    ['the icon of a path', 'iconRequest', { process: PROCESS, path: SECRET }, 'path'],
    ['the icon of a PID alone', 'iconRequest', { process: { pid: 5 } }, 'process.startedAt'],
    ['the program of a path', 'programRequest', { process: PROCESS, path: SECRET }, 'path'],
    ['an engine nobody has', 'engineRequest', { engine: { kind: SECRET } }, 'engine.kind'],
    [
      'a command for an engine',
      'engineRequest',
      { engine: { kind: 'local', command: SECRET } },
      'engine.command',
    ],
    ...[
      '-oProxyCommand=hunter2',
      '',
      ' web',
      'web 1',
      'web;hunter2',
      '$(hunter2)',
      'web\nhunter2',
      '--',
      '@web',
    ].map((host): [string, Name, unknown, string] => [
      `the host ${JSON.stringify(host)}`,
      'engineRequest',
      { engine: { kind: 'remote', host } },
      'engine.host',
    ]),
  ])('may not be %s', (_what, name, message, field) => {
    let error: Error | null = null;
    try {
      parse(SCHEMAS[name], message);
    } catch (thrown) {
      error = thrown as Error;
    }
    expect(error).toBeInstanceOf(ContractError);
    expect(error!.message).toContain(`"${field}"`);
    expect(error!.message).not.toContain(SECRET);
  });
});
