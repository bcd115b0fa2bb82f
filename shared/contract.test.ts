import fc from 'fast-check';
import type * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { COMMANDS, viewState } from './bridge';
import {
  authentication,
  browserAction,
  ContractError,
  copyRequest,
  engineRequest,
  hostRequest,
  INTERVALS,
  MAX_RESOLVE,
  MAX_WATCHED,
  order,
  orderRequest,
  pageMessage,
  parse,
  programRequest,
  saveRequest,
} from './contract';
import { PROCESS_ACTIONS, SOCKET_ACTIONS } from './orders';
import { DEFAULT_READING, PROTOCOLS } from './socket';

const SCHEMAS = {
  pageMessage,
  hostRequest,
  order,
  orderRequest,
  engineRequest,
  programRequest,
  saveRequest,
  copyRequest,
  browserAction,
  authentication,
  viewState,
} satisfies Record<string, v.GenericSchema>;
type Name = keyof typeof SCHEMAS;

const SECRET = 'hunter2';
const TABLES = { tcp4: true, tcp6: false, udp4: true, udp6: false };
const READING = { protocols: ['tcp'], bound: false, namespaces: false, commandLines: false };
const VIEW = {
  paused: false,
  intervalMs: 1000,
  tables: TABLES,
  theme: 'dark',
  density: 'compact',
  view: 'flat',
  switches: [],
  reading: ['bound', 'unix'],
  selected: 3,
  possible: [],
};
const reset = (ids: unknown): object => ({ action: 'reset', ids });
const ORDER = reset(['a', 'b']);
const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `row ${i}`);

function refusal(name: Name, message: unknown): Error {
  try {
    parse(SCHEMAS[name], message);
  } catch (error) {
    return error as Error;
  }
  throw new Error('It was accepted.');
}

describe('parse', () => {
  it.each<[Name, unknown]>([
    ['pageMessage', { type: 'hello', version: 1 }],
    ['pageMessage', { type: 'hello', version: 2 }],
    ['pageMessage', { type: 'ack', seq: 0 }],
    ['pageMessage', { type: 'resync' }],
    ['pageMessage', { type: 'refresh' }],
    ['pageMessage', { type: 'reading', reading: DEFAULT_READING }],
    ['pageMessage', { type: 'reading', reading: { ...READING, protocols: [...PROTOCOLS] } }],
    [
      'pageMessage',
      { type: 'reading', reading: { protocols: [], bound: true, namespaces: true, commandLines: true } },
    ],
    ['pageMessage', { type: 'details', id: 'x'.repeat(200) }],
    ['pageMessage', { type: 'resolve', addresses: [] }],
    ['pageMessage', { type: 'resolve', addresses: ['10.0.0.9', 'fe80::1%eth0'] }],
    ['pageMessage', { type: 'resolve', addresses: names(MAX_RESOLVE) }],
    ['pageMessage', { type: 'watch', ids: [] }],
    ['pageMessage', { type: 'watch', ids: names(MAX_WATCHED) }],
    ...INTERVALS.map((intervalMs): [Name, unknown] => [
      'pageMessage',
      { type: 'polling', intervalMs, paused: true },
    ]),
    ['pageMessage', { type: 'log', before: null }],
    ['pageMessage', { type: 'log', before: 4711 }],
    ['saveRequest', { name: 'sockets-2026-11-21-140312.csv', text: 'id\r\n' }],
    ['saveRequest', { name: 'My sockets.csv', text: '' }],
    ['copyRequest', { text: 'nginx\t812' }],
    ['saveRequest', { name: 'actions-2026-11-21.json', text: '[]' }],
    ['browserAction', { type: 'prepare', order: ORDER }],
    ['browserAction', { type: 'confirm', nonce: 'f'.repeat(32) }],
    ['browserAction', { type: 'stop' }],
    ['authentication', { token: SECRET }],
    ['viewState', VIEW],
  ])('%s accepts %j', (name, message) => {
    expect(parse(SCHEMAS[name], message)).toEqual(message);
  });

  it.each<[what: string, name: Name, message: unknown, field: string]>([
    ['an order on the page’s port', 'pageMessage', reset([SECRET]), 'type'],
    ['an act on the page’s port', 'pageMessage', { type: 'act', order: reset([SECRET]) }, 'type'],
    [
      'another of its spellings',
      'pageMessage',
      { method: 'act', request: 1, order: reset([SECRET]) },
      'type',
    ],
    ['the log of nothing', 'pageMessage', { type: 'log' }, 'before'],
    ['the log by another file', 'pageMessage', { type: 'log', before: null, file: SECRET }, 'file'],
    ['the log before its beginning', 'pageMessage', { type: 'log', before: -1 }, 'before'],
    ['an unknown type', 'pageMessage', { type: SECRET }, 'type'],
    ['an unknown method', 'hostRequest', { request: 1, method: SECRET, order: ORDER }, 'method'],
    ['an unknown word from a browser', 'browserAction', { type: 'act', order: reset([SECRET]) }, 'type'],
    ['an extra field', 'pageMessage', { type: 'resync', extra: SECRET }, 'extra'],
    [
      'an extra field beside an order',
      'hostRequest',
      { request: 1, method: 'act', order: ORDER, origin: 'window', force: SECRET },
      'force',
    ],
    ['a missing field', 'pageMessage', { type: 'ack' }, 'seq'],
    ['a wrong type', 'pageMessage', { type: 'ack', seq: SECRET }, 'seq'],
    ['a number with a fraction', 'pageMessage', { type: 'ack', seq: 1.5 }, 'seq'],
    ['a negative number', 'pageMessage', { type: 'ack', seq: -1 }, 'seq'],
    ['no number', 'pageMessage', { type: 'hello', version: NaN }, 'version'],
    [
      'an interval not on offer',
      'pageMessage',
      { type: 'polling', intervalMs: 1, paused: false },
      'intervalMs',
    ],
    ['no reading', 'pageMessage', { type: 'reading' }, 'reading'],
    [
      'a protocol that does not exist',
      'pageMessage',
      { type: 'reading', reading: { ...READING, protocols: ['tcp', SECRET] } },
      'reading.protocols.1',
    ],
    [
      'a protocol by another name',
      'pageMessage',
      { type: 'reading', reading: { ...READING, protocols: ['tcp4'] } },
      'reading.protocols.0',
    ],
    [
      'more protocols than there are',
      'pageMessage',
      { type: 'reading', reading: { ...READING, protocols: [...PROTOCOLS, 'tcp'] } },
      'reading.protocols',
    ],
    [
      'a switch in text',
      'pageMessage',
      { type: 'reading', reading: { ...READING, bound: SECRET } },
      'reading.bound',
    ],
    [
      'a switch that is missing',
      'pageMessage',
      { type: 'reading', reading: { protocols: [], bound: false } },
      'reading.namespaces',
    ],
    [
      'a switch that does not exist',
      'pageMessage',
      { type: 'reading', reading: { ...READING, everything: SECRET } },
      'reading.everything',
    ],
    ['details of nothing', 'pageMessage', { type: 'details' }, 'id'],
    ['details of an empty id', 'pageMessage', { type: 'details', id: '' }, 'id'],
    ['details of a long id', 'pageMessage', { type: 'details', id: SECRET.repeat(29) }, 'id'],
    ['details of several', 'pageMessage', { type: 'details', id: [SECRET] }, 'id'],
    ['names of nothing', 'pageMessage', { type: 'resolve' }, 'addresses'],
    ['names of one', 'pageMessage', { type: 'resolve', addresses: SECRET }, 'addresses'],
    ['too many names', 'pageMessage', { type: 'resolve', addresses: names(MAX_RESOLVE + 1) }, 'addresses'],
    ['a name of an empty text', 'pageMessage', { type: 'resolve', addresses: ['::1', ''] }, 'addresses.1'],
    [
      'a name of a long text',
      'pageMessage',
      { type: 'resolve', addresses: [SECRET.repeat(29)] },
      'addresses.0',
    ],
    ['traffic of nothing', 'pageMessage', { type: 'watch' }, 'ids'],
    ['traffic of one', 'pageMessage', { type: 'watch', ids: SECRET }, 'ids'],
    ['traffic of too many', 'pageMessage', { type: 'watch', ids: names(MAX_WATCHED + 1) }, 'ids'],
    ['traffic of an empty id', 'pageMessage', { type: 'watch', ids: ['a', ''] }, 'ids.1'],
    ['traffic of a long id', 'pageMessage', { type: 'watch', ids: [SECRET.repeat(29)] }, 'ids.0'],
    ['traffic with more', 'pageMessage', { type: 'watch', ids: [], all: SECRET }, 'all'],
    ['details with more', 'pageMessage', { type: 'details', id: 'a', all: SECRET }, 'all'],
    ['a nonce of another length', 'browserAction', { type: 'confirm', nonce: SECRET }, 'nonce'],
    ['a long token', 'authentication', { token: SECRET.repeat(29) }, 'token'],
    ['a table that is missing', 'viewState', { ...VIEW, tables: { tcp4: true } }, 'tables.tcp6'],
    ['a switch that nobody has', 'viewState', { ...VIEW, reading: ['bound', SECRET] }, 'reading.1'],
    ['a bare text', 'pageMessage', SECRET, 'message'],
    ['nothing', 'orderRequest', null, 'message'],
  ])('refuses %s, naming the field and not its value', (_what, name, message, field) => {
    const error = refusal(name, message);
    expect(error).toBeInstanceOf(ContractError);
    expect(error.message).toContain(`"${field}"`);
    expect(error.message).not.toContain(SECRET);
    expect(error.message.length).toBeLessThan(250);
  });

  it.each([
    '',
    '.csv',
    'a.txt',
    'a.csv.exe',
    '../a.csv',
    '/etc/a.csv',
    'dir/a.csv',
    'dir\\a.csv',
    'C:a.csv',
    'a\n.csv',
    'a.csv\n',
    'a\0.csv',
    `${'a'.repeat(100)}.csv`,
  ])('refuses %j as a file name', (name) => {
    expect(refusal('saveRequest', { name, text: '' }).message).toContain('"name"');
  });

  it('says in words what a file name must be', () => {
    expect(refusal('saveRequest', { name: '../a.csv', text: '' }).message).toBe(
      'Refused: "name" is not acceptable (must be a plain .csv or .json file name).',
    );
  });

  it('throws a ContractError and nothing else, whatever comes in', () => {
    const anything = fc.anything({
      withNullPrototype: true,
      withBigInt: true,
      withDate: true,
      withSparseArray: true,
    });
    const tag = fc.constantFrom(
      ...[
        'hello',
        'ack',
        'polling',
        'reading',
        'details',
        'log',
        'prepare',
        'confirm',
        'stop',
        'act',
        'program',
      ],
      ...[...SOCKET_ACTIONS, ...PROCESS_ACTIONS, 'local', 'remote'],
    );
    const anOrder = fc.record(
      {
        action: fc.oneof(tag, anything),
        ids: fc.oneof(fc.array(fc.oneof(fc.string(), anything)), anything),
        processes: fc.array(
          fc.record({ pid: fc.oneof(fc.nat(), anything), startedAt: fc.nat() }, { requiredKeys: [] }),
        ),
      },
      { requiredKeys: [] },
    );
    // Near enough to the real ones that every branch is reached.
    const shaped = fc.record(
      Object.fromEntries(
        [
          'seq',
          'version',
          'intervalMs',
          'paused',
          'request',
          'ids',
          'nonce',
          'token',
          'name',
          'text',
          'extra',
          'reading',
          'id',
        ]
          .map((field): [string, fc.Arbitrary<unknown>] => [field, anything])
          .concat([
            ['type', fc.oneof(tag, anything)],
            ['method', fc.oneof(tag, anything)],
            ['action', fc.oneof(tag, anything)],
            ['order', fc.oneof(anOrder, anything)],
            ['engine', fc.oneof(fc.record({ kind: tag, host: fc.string() }), anything)],
          ]),
      ),
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(SCHEMAS)),
        fc.oneof(anything, shaped, anOrder),
        (schema, message) => {
          try {
            expect(parse(schema, message)).toEqual(message);
          } catch (error) {
            expect(error).toBeInstanceOf(ContractError);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('COMMANDS', () => {
  it('names each command once, none of them an action with arguments', () => {
    expect(new Set(COMMANDS).size).toBe(COMMANDS.length);
  });
});
