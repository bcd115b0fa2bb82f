import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NameServer } from './fixtures/nameServer';
import type { Reply } from './fixtures/nameServer';
import { parseHosts, ReverseNames } from './reverseNames';

let folder: string;
let hostsFile: string;
let server: NameServer | null = null;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'socketscope-hosts-'));
  hostsFile = path.join(folder, 'hosts');
});
afterEach(() => {
  server?.stop();
  server = null;
  fs.rmSync(folder, { recursive: true });
});

const never = new AbortController().signal;

async function start(reply: (question: string) => Reply, isOwn?: () => boolean): Promise<ReverseNames> {
  server = await NameServer.start(reply);
  return new ReverseNames({
    servers: [server.address],
    hostsFile,
    ...(isOwn === undefined ? {} : { isOwn }),
  });
}

describe('ReverseNames', () => {
  it('asks the name server, for IPv4 and IPv6', async () => {
    const names = await start(() => ['host.example.com']);
    expect(await names.reverse('198.51.100.9', never)).toEqual(['host.example.com']);
    expect(await names.reverse('2001:db8::9', never)).toEqual(['host.example.com']);
    expect(server!.questions).toEqual([
      '9.100.51.198.in-addr.arpa',
      `9.${'0.'.repeat(23)}8.b.d.0.1.0.0.2.ip6.arpa`,
    ]);
  });

  it('passes on all names there are, however odd: they are checked by who shows them', async () => {
    const names = await start(() => ['a.example', '<b>.example']);
    const found = await names.reverse('198.51.100.9', never);
    expect(found).toHaveLength(2);
    expect(found[0]).toBe('a.example');
  });

  it.each(['NXDOMAIN', 'garbage'] as const)('fails on %s', async (reply) => {
    const names = await start(() => reply);
    const late = AbortSignal.timeout(5000); // of garbage the resolver waits for something better
    await expect(names.reverse('198.51.100.9', late)).rejects.toThrow();
  });

  it('ends when it is told to, and the others go on', async () => {
    const names = await start((question) => (question.startsWith('9.') ? 'silence' : ['other.example']));
    const stop = new AbortController();
    const silent = names.reverse('198.51.100.9', stop.signal);
    const other = names.reverse('198.51.100.8', never);
    expect(await other).toEqual(['other.example']);
    stop.abort();
    await expect(silent).rejects.toThrow(/ECANCELLED/);
    await expect(names.reverse('198.51.100.7', stop.signal)).rejects.toThrow();
    expect(server!.questions).toHaveLength(2);
  });

  it('reads the hosts file first, and again when it has changed', async () => {
    const names = await start(() => ['dns.example']);
    expect(await names.reverse('198.51.100.9', never)).toEqual(['dns.example']);
    fs.writeFileSync(hostsFile, '198.51.100.9 box.example box # mine\n');
    expect(await names.reverse('198.51.100.9', never)).toEqual(['box.example', 'box']);
    fs.writeFileSync(hostsFile, '198.51.100.99 box.example\n');
    expect(await names.reverse('198.51.100.9', never)).toEqual(['dns.example']);
    expect(server!.questions).toHaveLength(2);
  });

  it('asks nobody about this machine’s own addresses', async () => {
    const names = await start(
      () => ['dns.example'],
      () => true,
    );
    fs.writeFileSync(hostsFile, '127.0.0.1 localhost\n');
    for (const [address, found] of [
      ['127.0.0.1', ['localhost']],
      ['127.0.0.2', []],
      ['::1', []],
      ['198.51.100.9', []],
      ['no address', []],
    ] as const)
      expect(await names.reverse(address, never)).toEqual(found);
    expect(server!.questions).toEqual([]);
  });
});

describe('parseHosts', () => {
  it('gives the names of each address in order, whatever its spelling', () => {
    const text =
      '# a comment\n127.0.0.1\tlocalhost\r\n::1 ip6-localhost ip6-loopback#x\n\n10.0.0.1\n  10.0.0.2 a b \n' +
      '0:0::1 more\n::ffff:10.0.0.2 c\nnonsense x\nfe80::1%lo0 link\n';
    expect([...parseHosts(text)]).toEqual([
      ['127.0.0.1', ['localhost']],
      ['::1', ['ip6-localhost', 'ip6-loopback', 'more']],
      ['10.0.0.2', ['a', 'b', 'c']],
      ['fe80::1', ['link']],
    ]);
  });

  it('finds names without white space in any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(':', '1', '.', ' ', '\n', '#', 'a', '\0') }), (text) => {
        for (const names of parseHosts(text).values()) {
          expect(names.length).toBeGreaterThan(0);
          for (const name of names) expect(name).toMatch(/^[^\s#]+$/);
        }
      }),
    );
  });
});
