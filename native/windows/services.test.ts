import fc from 'fast-check';
import koffi from 'koffi';
import { beforeEach, describe, expect, it } from 'vitest';
import { Libraries } from './libraries';
import { decodeServices, joinServices, SERVICE_ENTRY, serviceOf, ServiceIndex } from './services';
import type { ServiceEntry } from './services';

/** Where the buffer is said to lie. */
const ADDRESS = 0x7ff6_0000_1000n;

/** Entries as EnumServicesStatusExW fills them in: texts from the end of the buffer. */
function filled(services: readonly ServiceEntry[], size = 4096, address = ADDRESS): Uint8Array {
  const bytes = Buffer.alloc(size, 0xcd);
  let text = size;
  for (const [i, { name, pid }] of services.entries()) {
    const encoded = Buffer.from(`${name}\0`, 'utf16le');
    text -= encoded.length;
    encoded.copy(bytes, text);
    bytes.writeBigUInt64LE(address + BigInt(text), SERVICE_ENTRY.size * i + SERVICE_ENTRY.name);
    bytes.writeUInt32LE(pid, SERVICE_ENTRY.size * i + SERVICE_ENTRY.pid);
  }
  return bytes;
}

describe('the list of services', () => {
  it('is read from its bytes', () => {
    const services = [
      { name: 'Dnscache', pid: 1200 },
      { name: 'NlaSvc', pid: 1200 },
      { name: 'Ünïcode 服务', pid: 0xfffffffc },
    ];
    expect(decodeServices(filled(services), ADDRESS, 3)).toEqual(services);
    expect(decodeServices(filled(services), ADDRESS, 2)).toEqual(services.slice(0, 2));
  });

  it('leaves out what has no process, no name, or a name elsewhere', () => {
    const bytes = filled([
      { name: 'stopped', pid: 0 },
      { name: '', pid: 4 },
      { name: 'before', pid: 8 },
      { name: 'behind', pid: 12 },
      { name: 'good', pid: 16 },
    ]);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    view.setBigUint64(SERVICE_ENTRY.size * 2, ADDRESS - 2n, true);
    view.setBigUint64(SERVICE_ENTRY.size * 3, ADDRESS + BigInt(bytes.length), true);
    expect(decodeServices(bytes, ADDRESS, 5)).toEqual([{ name: 'good', pid: 16 }]);
  });

  it('of any bytes and any number is read without an error, and never beyond them', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.nat(0xffffffff),
        fc.bigInt(0n, 2n ** 64n - 1n),
        (bytes, count, address) => {
          const found = decodeServices(bytes, address, count);
          expect(found.length).toBeLessThanOrEqual(bytes.length / SERVICE_ENTRY.size);
          for (const { name } of found) expect(name.length).toBeLessThanOrEqual(256);
        },
      ),
    );
  });
});

describe('the service of a socket', () => {
  it('is the one that Windows names, if it is one of its process', () => {
    expect(serviceOf(['Dnscache', 'NlaSvc'], 'dnscache')).toBe('Dnscache');
    expect(serviceOf(['Dnscache', 'NlaSvc'], 'svchost.exe')).toBe('Dnscache, NlaSvc');
    expect(serviceOf(['Dnscache', 'NlaSvc'], null)).toBe('Dnscache, NlaSvc');
    expect(serviceOf(['Dnscache'], null)).toBe('Dnscache');
  });

  it('stands for as many as fit, and says how many more there are', () => {
    const many = Array.from({ length: 40 }, (_, i) => `Service${i + 10}`);
    const text = joinServices(many);
    expect(text).toMatch(/^Service10, Service11, .*Service20 and 29 more$/);
    expect(joinServices(['x'.repeat(256), 'y'])).toBe(`${'x'.repeat(256)} and 1 more`);
  });
});

describe('the index of services', () => {
  let lists: number;
  /** What the service control manager lists: each call takes the first of these, and goes on where there is another. */
  let pages: ServiceEntry[][];
  /** What it refuses each call with; 0 = nothing */
  let refusal: (types: number) => number;
  let error = 0;

  const list = (...given: [unknown, unknown, number, unknown, Uint8Array, ...Uint32Array[]]): number => {
    const [, , types, , bytes, , , count, resume] = given;
    lists++;
    error = refusal(types);
    if (error !== 0) return 0;
    const page = resume![0]!;
    bytes.set(filled(pages[page]!, bytes.length, koffi.address(bytes)));
    count![0] = pages[page]!.length;
    error = page + 1 < pages.length ? 234 : 0;
    resume![0] = error === 0 ? 0 : page + 1;
    return error === 0 ? 1 : 0;
  };
  const manager = Object.assign(new Libraries(), {
    required: (_library: string, prototype: string) =>
      prototype.includes('OpenSCManagerW') ? () => 7 : list,
    lastError: () => error,
  });

  beforeEach(() => {
    lists = 0;
    pages = [[]];
    refusal = () => 5;
  });

  it('has all services of a process, however many answers they come in', () => {
    refusal = () => 0;
    pages = [
      [
        { name: 'NlaSvc', pid: 40 },
        { name: 'Other', pid: 44 },
      ],
      [{ name: 'Dnscache', pid: 40 }],
      [{ name: 'Last', pid: 48 }],
    ];
    const index = new ServiceIndex(manager, () => 5000);
    expect([40, 44, 48, 52].map((pid) => index.ofPid(pid))).toEqual([
      ['Dnscache', 'NlaSvc'],
      ['Other'],
      ['Last'],
      [],
    ]);
    expect(lists).toBe(3);
    expect(index.ofPid(40, 5000)).toHaveLength(2);
    expect(index.ofPid(40, 5001)).toEqual([]); // the PID is another process's since
  });

  it('does without the services of users where Windows does not know them', () => {
    refusal = (types) => (types === 0x30 ? 0 : 87);
    pages = [[{ name: 'A', pid: 4 }]];
    expect(new ServiceIndex(manager).ofPid(4)).toEqual(['A']);
  });

  it('asks when it is first asked, and then every few seconds only', () => {
    let now = 1_000_000;
    const index = new ServiceIndex(manager, () => now);
    index.refresh();
    expect(lists).toBe(0); // nobody wants to know
    expect([index.ofPid(4), index.ofPid(8)]).toEqual([[], []]);
    expect(lists).toBe(1);
    now += 4999;
    index.refresh();
    index.ofPid(4);
    expect(lists).toBe(1);
    now += 1;
    index.refresh();
    index.ofPid(4);
    expect(lists).toBe(2);
    now -= 60_000; // the clock is set back
    index.refresh();
    index.ofPid(4);
    expect(lists).toBe(3);
  });
});
