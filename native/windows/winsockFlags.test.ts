import { describe, expect, it } from 'vitest';
import { flagsText, namedText } from '../../shared/winsock';
import { flagSet, NAME_SPACES, PROVIDER_FLAGS, SERVICE_FLAGS } from './winsockFlags';

describe('flags', () => {
  it('names every bit that the SDK names, and keeps the others', () => {
    expect(SERVICE_FLAGS).toHaveLength(20);
    expect(flagSet(0xffff_ffff, SERVICE_FLAGS)).toEqual({
      value: 0xffff_ffff,
      names: [...SERVICE_FLAGS],
      unknown: 0xfff0_0000,
    });
    expect(flagSet(0x8000_0004, PROVIDER_FLAGS)).toEqual({
      value: 0x8000_0004,
      names: ['PFL_HIDDEN'],
      unknown: 0x8000_0000,
    });
  });

  it('names the name spaces of nspapi.h', () => {
    expect(NAME_SPACES[19]).toBe('NS_LOCALNAME');
  });

  it('has words for each', () => {
    for (const name of [...SERVICE_FLAGS, ...PROVIDER_FLAGS])
      expect(flagsText({ value: 1, names: [name], unknown: 0 })).not.toBe(name);
    expect(flagsText(flagSet(0x8000_0009, SERVICE_FLAGS))).toBe(
      'connectionless, message-oriented, 0x80000000',
    );
    expect(flagsText(flagSet(0, SERVICE_FLAGS))).toBe('none');
    expect(namedText({ value: 2, name: 'AF_INET' })).toBe('AF_INET (2)');
    expect(namedText({ value: 99, name: null })).toBe('99');
  });
});
