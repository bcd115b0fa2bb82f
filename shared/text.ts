/**
 * Text that somebody else chose (process names are whatever an attacker likes), made safe to show on one line: control
 * characters, line ends, and the invisible characters that turn the direction of text round (Unicode TR 36) become `?`.
 */
export function plainText(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return text.replace(
    /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    '?',
  );
}
