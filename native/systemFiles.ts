/** Where a system keeps the files that name ports and hosts, and what is in them. */
import fs from 'node:fs';
import path from 'node:path';
import { parseServices } from '../shared/services';
import type { Services } from '../shared/services';

/** `/etc/services`, or its twin on Windows; likewise `hosts`. */
export function systemFile(
  name: 'services' | 'hosts',
  platform: NodeJS.Platform = process.platform,
  root: string | undefined = process.env['SystemRoot'],
): string {
  if (platform !== 'win32') return `/etc/${name}`;
  return path.win32.join(root ?? String.raw`C:\Windows`, 'System32', 'drivers', 'etc', name);
}

/** The names of ports; none where the file is missing or may not be read. */
export function readServices(file: string = systemFile('services')): Services {
  try {
    return parseServices(fs.readFileSync(file, 'utf8'));
  } catch {
    return {};
  }
}
