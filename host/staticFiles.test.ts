import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveInside } from './staticFiles';

let folder: string;
let root: string;

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'socketscope-files-'));
  root = path.join(folder, 'page');
  fs.mkdirSync(path.join(root, 'assets'), { recursive: true });
  fs.mkdirSync(path.join(folder, 'page-of-others'));
  for (const file of ['page/index.html', 'page/assets/app.js', 'page/a b.svg'])
    fs.writeFileSync(path.join(folder, file), 'public');
  for (const file of ['secret.txt', 'page-of-others/secret.txt'])
    fs.writeFileSync(path.join(folder, file), 'secret');
});

afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

describe('resolveInside', () => {
  it.each([
    ['/', 'index.html'],
    ['/index.html', 'index.html'],
    ['/assets/app.js', 'assets/app.js'],
    ['/assets/app.js?v=1#x', 'assets/app.js'],
    ['/%61ssets/app%2Ejs', 'assets/app.js'],
    ['/a%20b.svg', 'a b.svg'],
    ['/assets/../index.html', 'index.html'],
  ])('finds %s', (url, file) => {
    expect(resolveInside(root, url)).toBe(path.join(root, file));
  });

  it.each([
    '/missing.js',
    '/assets',
    '/assets/',
    '/assets/app.js/',
    '/%',
    '/%zz',
    '/%c0%ae%c0%ae/secret.txt',
    '/index.html%00',
    '/%00',
    'http://[',
  ])('finds nothing at %s', (url) => {
    expect(resolveInside(root, url)).toBeNull();
  });

  it('never leaves the folder, however the way out is spelled', () => {
    const piece = fc.constantFrom(
      '..',
      '%2e%2e',
      '.%2E',
      '%252e%252e',
      '/',
      '//',
      '%2f',
      '%5c',
      '\\',
      '.',
      'assets',
      'secret.txt',
      'page-of-others',
      'page-of-others/secret.txt',
      'index.html',
      '%00',
      'C:',
      encodeURIComponent(folder),
      folder,
      'file://',
      'http://evil.example',
    );
    const url = fc.array(piece, { maxLength: 8 }).map((pieces) => `/${pieces.join('')}`);
    const stays = (candidate: string): void => {
      const file = resolveInside(root, candidate);
      if (file !== null) expect(fs.readFileSync(file, 'utf8')).toBe('public');
    };
    fc.assert(fc.property(url, stays), {
      numRuns: 3000,
      examples: [
        ['/..%2fsecret.txt'],
        ['/..%2fpage-of-others/secret.txt'],
        ['/assets%2f..%2f..%2fsecret.txt'],
      ],
    });
  });
});
