import type { NetworkInterfaceInfo } from 'node:os';
import os from 'node:os';
import { describe, expect, it } from 'vitest';
import { parseAddress } from '../shared/address';
import { InterfaceAddresses } from './interfaceAddresses';

const v4 = (address: string, internal = false): NetworkInterfaceInfo => ({
  ...{ address, internal, family: 'IPv4', netmask: '', mac: '', cidr: null },
});
const v6 = (address: string, scopeid = 0, internal = false): NetworkInterfaceInfo => ({
  ...{ address, scopeid, internal, family: 'IPv6', netmask: '', mac: '', cidr: null },
});
const HOST = {
  lo: [v4('127.0.0.1', true), v6('::1', 0, true)],
  eth0: [v4('10.0.0.5'), v6('2001:db8::5'), v6('fe80::1', 2)],
  docker0: [v4('172.17.0.1'), v6('fe80::1', 7)],
  none: undefined,
};

function find(addresses: InterfaceAddresses, text: string, index = 0, namespace = 0): string | null {
  const bytes = parseAddress(text)!;
  // Somewhere in a table, with other bytes behind it.
  const table = new Uint8Array(64).fill(0xaa);
  table.set(bytes, 32);
  return addresses.of(table, 32, bytes.length === 4 ? 4 : 6, index, namespace);
}

describe('InterfaceAddresses', () => {
  it.each<[address: string, index: number, name: string | null]>([
    ['10.0.0.5', 0, 'eth0'],
    ['::ffff:10.0.0.5', 0, 'eth0'],
    ['172.17.0.1', 3, 'docker0'],
    ['2001:db8::5', 0, 'eth0'],
    ['fe80::1', 2, 'eth0'],
    ['fe80::1', 7, 'docker0'],
    ['fe80::1', 9, null],
    ['10.0.0.6', 0, null],
    ['::10.0.0.5', 0, null],
    ['0.0.0.0', 0, null],
    ['::', 0, null],
    ['127.0.0.1', 0, 'lo'],
    ['127.9.9.9', 0, 'lo'],
    ['::ffff:127.0.0.2', 0, 'lo'],
    ['::1', 0, 'lo'],
  ])('%s in the scope of interface %i is of %s', (address, index, name) => {
    expect(find(new InterfaceAddresses(() => HOST), address, index)).toBe(name);
  });

  it('knows nothing of where it may not look, loopback included', () => {
    const addresses = new InterfaceAddresses((namespace) => (namespace === 1 ? HOST : {}));
    expect([1, 2].map((namespace) => find(addresses, '127.0.0.1', 0, namespace))).toEqual(['lo', null]);
    expect([1, 2].map((namespace) => find(addresses, '10.0.0.5', 0, namespace))).toEqual(['eth0', null]);
  });

  it('looks again after two seconds, in each namespace, and only when asked', () => {
    let now = 0;
    const reads: number[] = [];
    let name = 'old';
    const addresses = new InterfaceAddresses(
      (namespace) => {
        reads.push(namespace);
        return { [name]: [v4('10.0.0.5')] };
      },
      () => now,
    );
    expect(reads).toEqual([]);
    for (const [time, wanted] of [
      [0, 'old'],
      [1999, 'old'],
      [2000, 'new'],
    ] as const) {
      now = time;
      expect(find(addresses, '10.0.0.5', 0, 1)).toBe(wanted);
      name = 'new';
    }
    expect(find(addresses, '10.0.0.5', 0, 2)).toBe('new');
    expect(reads).toEqual([1, 1, 2]);
  });

  it('finds every address of this machine', () => {
    const addresses = new InterfaceAddresses(() => os.networkInterfaces());
    for (const [name, infos = []] of Object.entries(os.networkInterfaces())) {
      for (const info of infos)
        expect(find(addresses, info.address, info.family === 'IPv6' ? info.scopeid : 0)).toBe(name);
    }
  });
});
