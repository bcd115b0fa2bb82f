import { describe, expect, it } from 'vitest';
import type { ProcessInfo } from '../shared/socket';
import { CommandLineCache } from './commandLineCache';

const NGINX = { pid: 812 } as ProcessInfo;
const OTHER = { pid: 813 } as ProcessInfo;

describe('CommandLineCache', () => {
  it('reads each command line once, also where there is none', () => {
    const asked: number[] = [];
    const cache = new CommandLineCache(({ pid }) => {
      asked.push(pid);
      return pid === 812 ? 'nginx -g x' : null;
    });
    expect([NGINX, OTHER, NGINX, OTHER].map(cache.of)).toEqual(['nginx -g x', null, 'nginx -g x', null]);
    expect(asked).toEqual([812, 813]);
  });

  it('cuts off what would be megabytes with every socket, and shows that', () => {
    const cache = new CommandLineCache(({ pid }) => 'x'.repeat(pid === 812 ? 4096 : 4097));
    expect(cache.of(NGINX)).toBe('x'.repeat(4096));
    expect(cache.of(OTHER)).toBe(`${'x'.repeat(4096)}…`);
  });
});
