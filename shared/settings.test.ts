import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS, parseSettings, readSettings } from './settings';
import type { Settings } from './settings';
import { DEFAULT_READING } from './socket';

/** Settings with fields that may or may not fit, beside anything else. */
const almost = fc.record(
  {
    theme: fc.oneof(fc.constantFrom('system', 'light', 'dark', 'contrast'), fc.jsonValue()),
    density: fc.oneof(fc.constantFrom('compact', 'normal', 'comfortable'), fc.jsonValue()),
    fontSize: fc.oneof(fc.integer({ min: 8, max: 22 }), fc.double(), fc.jsonValue()),
    highlight: fc.oneof(
      fc.record({
        palette: fc.oneof(fc.constantFrom('classic', 'safe', 'custom'), fc.jsonValue()),
        colours: fc.oneof(fc.record({ new: fc.constantFrom('#00ff00', 'red', '#zzz') }), fc.jsonValue()),
        updates: fc.oneof(fc.integer({ min: -1, max: 12 }), fc.jsonValue()),
      }),
      fc.jsonValue(),
    ),
    columns: fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue()),
    savedFilters: fc.oneof(
      fc.array(fc.oneof(fc.record({ name: fc.string(), text: fc.string() }), fc.jsonValue())),
      fc.jsonValue(),
    ),
    hidden: fc.oneof(
      fc.record({ states: fc.array(fc.constantFrom('LISTEN', 'NO_STATE', 7)) }),
      fc.jsonValue(),
    ),
    reading: fc.oneof(
      fc.record({
        protocols: fc.array(fc.constantFrom('unix', 'carrier-pigeon')),
        commandLines: fc.boolean(),
      }),
      fc.jsonValue(),
    ),
    sort: fc.jsonValue(),
    tables: fc.jsonValue(),
    inspector: fc.jsonValue(),
    version: fc.jsonValue(),
    somethingElse: fc.jsonValue(),
  },
  { requiredKeys: [] },
);

/** The names of all fields, those of groups included. */
function namesOf(value: object): string[] {
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner) && name !== 'columns'
      ? [name, ...namesOf(inner).map((below) => `${name}.${below}`)]
      : [name],
  );
}

function expectValid(settings: Settings): void {
  expect(namesOf(settings).sort()).toEqual(namesOf(DEFAULT_SETTINGS).sort());
  // Valid settings are what they are read as.
  expect(parseSettings(settings)).toEqual(settings);
}

describe('parseSettings', () => {
  it('makes valid settings of any JSON', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), almost), (given) => expectValid(parseSettings(given))),
      { numRuns: 2000 },
    );
  });

  it('makes valid settings of anything else', () => {
    fc.assert(fc.property(fc.anything(), (given) => expectValid(parseSettings(given))));
  });

  it('gives back what was written', () => {
    fc.assert(
      fc.property(almost, (given) => {
        // Through JSON once: there is no -0 in a file.
        const settings = parseSettings(JSON.parse(JSON.stringify(given)));
        expect(readSettings(JSON.stringify(settings))).toEqual(settings);
      }),
    );
  });

  it('keeps each field that fits beside those that do not', () => {
    const given = {
      theme: 'dark',
      density: 'huge',
      fontSize: 14,
      highlight: { palette: 'safe', colours: { new: 'red', ended: '#123456' }, updates: 11 },
      savedFilters: [{ name: 'web', text: 'port:443', more: 1 }, { name: '' }, 7],
      recentHosts: ['admin@server', '-oProxyCommand=x', 7, 'box'],
      hidden: { listeners: true, states: ['TIME_WAIT', 'NO_STATE'] },
      unknown: true,
    };
    expect(parseSettings(given)).toEqual({
      ...DEFAULT_SETTINGS,
      theme: 'dark',
      fontSize: 14,
      highlight: {
        palette: 'safe',
        colours: { ...DEFAULT_SETTINGS.highlight.colours, ended: '#123456' },
        updates: DEFAULT_SETTINGS.highlight.updates,
      },
      savedFilters: [{ name: 'web', text: 'port:443' }],
      recentHosts: ['admin@server', 'box'],
      hidden: { ...DEFAULT_SETTINGS.hidden, listeners: true, states: ['TIME_WAIT'] },
    });
  });

  it('never keeps the wish for command lines, nor looks names up unasked', () => {
    const { reading, resolveNames } = parseSettings({ reading: { ...DEFAULT_READING, commandLines: true } });
    expect(reading).toEqual({ protocols: DEFAULT_READING.protocols, bound: false, namespaces: false });
    expect(resolveNames).toBe(false);
  });

  it('always reads TCP and UDP, which no switch would bring back', () => {
    const { protocols } = parseSettings({ reading: { protocols: ['unix', 'unix'] } }).reading;
    expect(protocols).toEqual(['tcp', 'udp', 'unix']);
    expect(parseSettings({ reading: { protocols: [] } }).reading.protocols).toEqual(['tcp', 'udp']);
  });

  it('keeps the last one of several filters that have the same name', () => {
    const [old, other, late] = [
      { name: 'Web', text: 'port:80' },
      { name: 'SSH', text: 'port:22' },
      { name: 'web', text: 'port:443' },
    ];
    expect(parseSettings({ savedFilters: [old, other, late] }).savedFilters).toEqual([late, other]);
  });

  it('drops a layout of columns that is beyond all measure', () => {
    expect(parseSettings({ columns: { order: ['pid'] } }).columns).toEqual({ order: ['pid'] });
    expect(parseSettings({ columns: { order: 'x'.repeat(30_000) } }).columns).toBeNull();
    expect(parseSettings({ columns: { order: 7n } }).columns).toBeNull();
  });
});

describe('readSettings', () => {
  it.each(['', '{', 'null', '[]', '7', '"theme"', '{"theme":"dark"', '\0\0\0'])(
    'knows damage: %j',
    (text) => {
      expect(readSettings(text)).toBeNull();
    },
  );

  it('takes an empty object for the defaults', () => {
    expect(readSettings('{}')).toEqual(DEFAULT_SETTINGS);
  });
});
