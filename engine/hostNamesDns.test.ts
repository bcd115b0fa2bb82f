/** Reverse DNS against a real name server on loopback. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { NameServer } from '../native/fixtures/nameServer';
import { ReverseNames } from '../native/reverseNames';
import type { HostName } from '../shared/contract';
import { systemClock } from './clock';
import { HostNames } from './hostNames';

let server: NameServer | null = null;
afterEach(() => {
  server?.stop();
  server = null;
});

/** `9.100.51.198.in-addr.arpa` → the last number of the address */
const lastOf = (question: string): number => Number.parseInt(question, 10);

async function start(...options: Parameters<typeof NameServer.start>): Promise<HostNames> {
  server = await NameServer.start(...options);
  const names = new ReverseNames({ servers: [server.address], hostsFile: '/nowhere/hosts' });
  return new HostNames((address, signal) => names.reverse(address, signal), systemClock);
}

describe('names from a name server', () => {
  it('are each what it says, or none where it does not or says nonsense', async () => {
    const hosts = await start((question) => {
      if (question.includes('ip6')) return ['six.example.com'];
      const replies = [
        ['one.example.com'],
        'NXDOMAIN',
        'garbage',
        'silence',
        ['<script>.example'],
        [],
      ] as const;
      return replies[lastOf(question)]!;
    });
    const known = new Map<string, string | null>();
    const addresses = [0, 1, 2, 3, 4, 5].map((last) => `198.51.100.${last}`);
    hosts
      .reader((names) => {
        for (const { address, name } of names) known.set(address, name);
      })
      .ask([...addresses, '2001:db8::1', '::ffff:198.51.100.0']);
    await vi.waitFor(() => expect(known.size).toBe(8), { timeout: 15_000 });
    expect(known).toEqual(
      new Map([
        ...addresses.map((address, i): [string, string | null] => [
          address,
          i === 0 ? 'one.example.com' : null,
        ]),
        ['2001:db8::1', 'six.example.com'],
        ['::ffff:198.51.100.0', 'one.example.com'],
      ]),
    );
  });

  it('come for a thousand addresses, eight at a time, each asked for once', async () => {
    const hosts = await start(
      (question) => [`host-${question.split('.').slice(0, 2).join('-')}.example.com`],
      1,
    );
    const told: HostName[][] = [];
    const reader = hosts.reader((names) => told.push(names));
    const addresses = Array.from({ length: 1000 }, (_, i) => `203.0.${Math.floor(i / 250)}.${i % 250}`);
    for (const start of [0, 500]) reader.ask(addresses.slice(start, start + 500));
    await vi.waitFor(() => expect(told.flat()).toHaveLength(1000), { timeout: 15_000 });
    for (const { address, name } of told.flat()) {
      const [, , third, last] = address.split('.');
      expect(name).toBe(`host-${last}-${third}.example.com`);
    }
    expect(told.length).toBeLessThan(500); // in batches
    expect(server!.questions).toHaveLength(1000);
    expect(server!.mostPending).toBeLessThanOrEqual(8);
  });

  it('are asked for no longer when the page has left', async () => {
    const hosts = await start(() => ['a.example'], 20);
    const reader = hosts.reader(() => expect.unreachable());
    reader.ask(Array.from({ length: 500 }, (_, i) => `203.0.${i >> 8}.${i & 255}`));
    await vi.waitFor(() => expect(server!.questions.length).toBeGreaterThan(0));
    reader.leave();
    const before = server!.questions.length;
    const other = vi.fn<(names: HostName[]) => void>();
    hosts.reader(other).ask(['198.51.100.1']);
    await vi.waitFor(() => expect(other).toHaveBeenCalledOnce());
    // Those under way may still have been on the wire.
    expect(server!.questions.length).toBeLessThanOrEqual(before + 8 + 1);
    expect(server!.questions.at(-1)).toBe('1.100.51.198.in-addr.arpa');
  });
});
