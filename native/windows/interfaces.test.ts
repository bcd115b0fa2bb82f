import type os from 'node:os';
import { expect, it } from 'vitest';
import { Interfaces } from './interfaces';

type Read = ReturnType<typeof os.networkInterfaces>;

function ipv6(address: string, scopeid: number): NonNullable<Read[string]>[number] {
  return {
    ...{ address, netmask: 'ffff:ffff:ffff:ffff::', family: 'IPv6', mac: '00:00:00:00:00:00' },
    ...{ internal: false, cidr: null, scopeid },
  };
}

it('names interfaces by the scope of their link-local addresses, and reads them again when they are old', () => {
  let now = 0;
  let reads = 0;
  let found: Read = {
    Ethernet: [ipv6('2001:db8::1', 0), ipv6('fe80::1', 7)],
    'Wi-Fi 2': [ipv6('fe80::2', 12)],
  };
  const interfaces = new Interfaces(
    () => (reads++, found),
    () => now,
  );
  expect([7, 12, 13, 0].map((index) => interfaces.name(index))).toEqual(['Ethernet', 'Wi-Fi 2', '13', '0']);
  expect(reads).toBe(1);
  found = { vEthernet: [ipv6('fe80::3', 7)] };
  now = 1999;
  expect(interfaces.name(7)).toBe('Ethernet');
  now = 2000;
  expect([interfaces.name(7), interfaces.name(12)]).toEqual(['vEthernet', '12']);
});
