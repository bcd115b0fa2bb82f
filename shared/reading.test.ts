import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EXTRA_PROTOCOLS, isOn, isSameReading, READING_SWITCHES, switchTitle, turned } from './reading';
import { DEFAULT_PROTOCOLS, DEFAULT_READING, PROTOCOLS } from './socket';
import type { ReadingOptions } from './socket';

const anySwitch = fc.constantFrom(...READING_SWITCHES);
const anyReading: fc.Arbitrary<ReadingOptions> = fc.record({
  protocols: fc.subarray([...PROTOCOLS]), // in the usual order
  bound: fc.boolean(),
  namespaces: fc.boolean(),
  commandLines: fc.boolean(),
});

describe('the switches', () => {
  it('are one for each protocol beside TCP and UDP, for bound sockets, for namespaces and for command lines', () => {
    expect([...DEFAULT_PROTOCOLS, ...EXTRA_PROTOCOLS].toSorted()).toEqual([...PROTOCOLS].toSorted());
    expect(READING_SWITCHES).toEqual([...EXTRA_PROTOCOLS, 'bound', 'namespaces', 'commandLines']);
    expect(new Set(READING_SWITCHES.map(switchTitle)).size).toBe(READING_SWITCHES.length);
  });

  it('are all off unless asked for', () => {
    for (const name of READING_SWITCHES) expect(isOn(DEFAULT_READING, name)).toBe(false);
  });
});

describe('turned', () => {
  it('turns that switch and no other', () => {
    fc.assert(
      fc.property(anyReading, anySwitch, (reading, name) => {
        const after = turned(reading, name);
        for (const each of [...READING_SWITCHES, ...DEFAULT_PROTOCOLS])
          expect(isOn(after, each)).toBe(isOn(reading, each) !== (each === name));
      }),
    );
  });

  it('twice is as before, and once is not', () => {
    fc.assert(
      fc.property(anyReading, anySwitch, (reading, name) => {
        expect(turned(turned(reading, name), name)).toEqual(reading);
        expect(turned(reading, name)).not.toEqual(reading);
      }),
    );
  });

  it('keeps the protocols in the usual order, whichever order they are turned in', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...READING_SWITCHES]), (names) => {
        const { protocols } = names.reduce(turned, DEFAULT_READING);
        expect(protocols).toEqual(PROTOCOLS.filter((protocol) => protocols.includes(protocol)));
      }),
    );
  });

  it('leaves what it was given as it is', () => {
    const before = structuredClone(DEFAULT_READING);
    for (const name of READING_SWITCHES) turned(DEFAULT_READING, name);
    expect(DEFAULT_READING).toEqual(before);
  });
});

describe('isSameReading', () => {
  it('is so for what is read, in whichever order it is named, and for nothing else', () => {
    fc.assert(
      fc.property(anyReading, anySwitch, (reading, name) => {
        const other = { ...reading, protocols: reading.protocols.toReversed() };
        expect(isSameReading(reading, other)).toBe(true);
        expect(isSameReading(turned(reading, name), other)).toBe(false);
      }),
    );
    expect(isSameReading(DEFAULT_READING, { ...DEFAULT_READING, protocols: ['tcp'] })).toBe(false);
  });
});
