import { describe, expect, it } from 'vitest';
import { isLoopbackHost } from './loopback';

describe('isLoopbackHost', () => {
  it.each(['localhost', 'LocalHost:8080', '127.0.0.1', '127.0.0.1:80', '127.8.9.10', '[::1]', '[::1]:8080'])(
    'accepts %s',
    (host) => expect(isLoopbackHost(host)).toBe(true),
  );

  // Names that an attacker can point at 127.0.0.1 (DNS rebinding), and addresses that others can reach.
  it.each([
    'example.com',
    'localhost.example.com',
    'localhost.',
    'notlocalhost',
    '127.0.0.1.example.com',
    '127.0.0.1:80.example.com',
    'example.com:127.0.0.1',
    '1127.0.0.1',
    '10.0.0.5',
    '0.0.0.0',
    '[::]',
    '[::2]',
    '[::ffff:10.0.0.5]',
    'user@localhost',
    'localhost/',
    '',
  ])('refuses %j', (host) => expect(isLoopbackHost(host)).toBe(false));
});
