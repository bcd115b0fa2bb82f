import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseServices } from '../shared/services';
import { readServices, systemFile } from './systemFiles';

describe('systemFile', () => {
  it('is where each system keeps it', () => {
    expect(systemFile('services', 'linux')).toBe('/etc/services');
    expect(systemFile('hosts', 'win32', String.raw`D:\Win`)).toBe(
      String.raw`D:\Win\System32\drivers\etc\hosts`,
    );
    expect(systemFile('services', 'win32', undefined)).toBe(
      String.raw`C:\Windows\System32\drivers\etc\services`,
    );
  });
});

describe('readServices', () => {
  it('has no names where there is no file', () => {
    expect(readServices('/nowhere/services')).toEqual({});
    expect(readServices('/')).toEqual({});
  });

  it('has the names of this machine', ({ skip }) => {
    skip(!fs.existsSync('/etc/services'), 'needs /etc/services');
    const services = readServices();
    expect(services).toEqual(parseServices(fs.readFileSync('/etc/services', 'utf8')));
    expect(services['22/tcp']).toBe('ssh');
  });
});
