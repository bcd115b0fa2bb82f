/** What surrounds the page wherever it is served from: one policy for Electron's `app://` and for the browser host. */

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
];

/** Response headers for every file of the page. A browser may not frame it; Electron has no one who could. */
export function pageHeaders(shell: 'electron' | 'browser'): Record<string, string> {
  const policy = shell === 'browser' ? [...POLICY, "frame-ancestors 'none'"] : POLICY;
  return {
    'content-security-policy': policy.join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  };
}

const TYPES = new Map([
  ['html', 'text/html; charset=utf-8'],
  ['js', 'text/javascript; charset=utf-8'],
  ['css', 'text/css; charset=utf-8'],
  ['svg', 'image/svg+xml'],
  ['png', 'image/png'],
  ['woff2', 'font/woff2'],
]);

export function contentType(file: string): string {
  return TYPES.get(file.slice(file.lastIndexOf('.') + 1)) ?? 'application/octet-stream';
}
