/**
 * The port ranges of this process's network namespace, by /proc/sys/net/ipv4 (Documentation/networking/ip-sysctl.rst). The kernel
 * uses them for TCP and UDP, IPv4 and IPv6 alike.
 */
import fs from 'node:fs';
import path from 'node:path';
import { portRange } from '../../shared/portRanges';
import type { ExcludedRange, PortRange, PortRanges, PortTable } from '../../shared/portRanges';

/** @param folder another place of these files: a test's */
export function readPortRanges(folder = '/proc/sys/net/ipv4'): PortRanges {
  const problems: string[] = [];
  const read = <Value>(name: string, parse: (text: string) => Value | null): Value | null => {
    const file = path.join(folder, name);
    try {
      const value = parse(fs.readFileSync(file, 'utf8'));
      if (value === null) problems.push(`${file} does not hold what it should.`);
      return value;
    } catch (error) {
      problems.push(`${file} could not be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}.`);
      return null;
    }
  };
  const ephemeral = read('ip_local_port_range', parseLocalRange);
  const excluded = read('ip_local_reserved_ports', parseReservedPorts);
  const tables = (['tcp', 'udp'] as const).flatMap((protocol) =>
    ([4, 6] as const).map((family): PortTable => ({ protocol, family, ephemeral, excluded })),
  );
  return { tables, unprivilegedFrom: read('ip_unprivileged_port_start', parsePort), problems };
}

/** `32768	60999` */
export function parseLocalRange(text: string): PortRange | null {
  const [, first, last] = /^(\d+)\s+(\d+)$/.exec(text.trim()) ?? [];
  return first === undefined ? null : portRange(Number(first), Number(last));
}

/** `8080,9000-9010`; nothing where no port is reserved */
export function parseReservedPorts(text: string): ExcludedRange[] | null {
  const parts = text.trim() === '' ? [] : text.trim().split(',');
  const ranges: ExcludedRange[] = [];
  for (const part of parts) {
    const [, first, last] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? [];
    const range = first === undefined ? null : portRange(Number(first), Number(last ?? first));
    if (range === null) return null;
    ranges.push({ ...range, why: 'administered' });
  }
  return ranges.sort((a, b) => a.first - b.first);
}

function parsePort(text: string): number | null {
  const port = /^\d+$/.test(text.trim()) ? Number(text) : -1;
  // 65536 and more would be no port, and 0 says that every port is for everybody.
  return portRange(port, port) === null ? null : port;
}
