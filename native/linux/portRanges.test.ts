import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { NotHereError } from '../catalogue';
import { LinuxCatalogue } from './kernelCatalogue';
import { parseLocalRange, parseReservedPorts, readPortRanges } from './portRanges';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true });
});

function folderWith(files: Record<string, string>): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'socketscope-ports-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), text);
  return folder;
}

describe('readPortRanges', () => {
  it('reads the three files', () => {
    const ranges = readPortRanges(
      folderWith({
        ip_local_port_range: '32768\t60999\n',
        ip_local_reserved_ports: '50000-50059,8080\n',
        ip_unprivileged_port_start: '1024\n',
      }),
    );
    expect(ranges).toMatchObject({ unprivilegedFrom: 1024, problems: [] });
    expect(ranges.tables.map(({ protocol, family }) => `${protocol}${family}`)).toEqual([
      ...['tcp4', 'tcp6', 'udp4', 'udp6'],
    ]);
    for (const table of ranges.tables)
      expect(table).toMatchObject({
        ephemeral: { first: 32_768, last: 60_999 },
        excluded: [
          { first: 8080, last: 8080, why: 'administered' },
          { first: 50_000, last: 50_059, why: 'administered' },
        ],
      });
  });

  it('says what is missing, or makes no sense, and keeps the rest', () => {
    const folder = folderWith({ ip_local_port_range: '60999 32768\n', ip_local_reserved_ports: '\n' });
    const { tables, unprivilegedFrom, problems } = readPortRanges(folder);
    expect(unprivilegedFrom).toBeNull();
    expect(tables[0]).toMatchObject({ ephemeral: null, excluded: [] });
    expect(problems).toEqual([
      `${folder}/ip_local_port_range does not hold what it should.`,
      `${folder}/ip_unprivileged_port_start could not be read: ENOENT.`,
    ]);
  });

  it.skipIf(process.platform !== 'linux')('reads what this kernel has', () => {
    const { tables, problems } = readPortRanges();
    expect(problems).toEqual([]);
    expect(tables[0]!.ephemeral!.last).toBeGreaterThan(tables[0]!.ephemeral!.first);
  });
});

describe('parsing', () => {
  it.each(['8080,', '8080;9090', '9-8', '1-2-3', '65536', '-5', 'x'])('makes nothing of "%s"', (text) => {
    expect(parseReservedPorts(text)).toBeNull();
    expect(parseLocalRange(text)).toBeNull();
  });

  it('gives ranges of ports or null, whatever the text is', () => {
    const text = fc.oneof(fc.string(), fc.stringMatching(/^[0-9 ,\n-]*$/));
    fc.assert(
      fc.property(text, (text) => {
        for (const range of [parseLocalRange(text), ...(parseReservedPorts(text) ?? [])]) {
          if (range === null) continue;
          expect(range.first).toBeGreaterThanOrEqual(0);
          expect(range.last).toBeGreaterThanOrEqual(range.first);
          expect(range.last).toBeLessThanOrEqual(65_535);
        }
      }),
    );
  });
});

describe('LinuxCatalogue', () => {
  const catalogue = new LinuxCatalogue();

  it('has a TIME_WAIT that nobody changes', () => {
    expect(catalogue.timeWait()).toMatchObject({ system: 'linux', state: 'fixed', seconds: 60 });
    for (const change of [() => catalogue.setTimeWait(), () => catalogue.removeTimeWait()]) {
      expect(change).toThrow(NotHereError);
      expect(change).toThrow('fixed in the kernel');
    }
  });

  it('has no Winsock, and says what there is instead', () => {
    expect(() => catalogue.winsock()).toThrow(NotHereError);
    expect(() => catalogue.winsock()).toThrow('/proc/net/protocols');
  });
});
