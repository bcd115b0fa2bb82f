import { describe, expect, it } from 'vitest';
import { contentType, pageHeaders } from './pageSecurity';

function policy(shell: 'electron' | 'browser'): Map<string, string> {
  const directives = pageHeaders(shell)['content-security-policy']!.split('; ');
  return new Map(directives.map((directive) => directive.split(/ (.*)/) as [string, string]));
}

describe.each(['electron', 'browser'] as const)('pageHeaders in %s', (shell) => {
  it('allows nothing but the page’s own files, and no inline code', () => {
    const directives = policy(shell);
    expect(directives.get('default-src')).toBe("'none'");
    expect(directives.get('script-src')).toBe("'self'");
    expect(directives.get('connect-src')).toBe("'self'");
    expect(directives.get('base-uri')).toBe("'none'");
    expect(directives.get('form-action')).toBe("'none'");
    const sources = new Set([...directives.values()].flatMap((value) => value.split(' ')));
    expect(sources).toEqual(new Set(["'none'", "'self'", 'data:']));
    expect([...directives.keys()].filter((name) => directives.get(name)!.includes('data:'))).toEqual([
      'img-src',
    ]);
  });

  it('forbids content sniffing, and tells no other site where the user was', () => {
    expect(pageHeaders(shell)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    });
  });
});

describe('frame-ancestors', () => {
  it('is for browsers only', () => {
    expect(policy('browser').get('frame-ancestors')).toBe("'none'");
    expect(policy('electron').has('frame-ancestors')).toBe(false);
  });
});

describe('contentType', () => {
  it('knows the files of the page, and guesses nothing', () => {
    expect(contentType('index.html')).toBe('text/html; charset=utf-8');
    expect(contentType('assets/index-a.b.js')).toBe('text/javascript; charset=utf-8');
    expect(contentType('page.html.exe')).toBe('application/octet-stream');
    expect(contentType('LICENSE')).toBe('application/octet-stream');
    expect(contentType('a.constructor')).toBe('application/octet-stream');
  });
});
