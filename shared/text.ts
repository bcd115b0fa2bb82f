/** Control characters, line ends, and the invisible characters that turn the direction of text round (Unicode TR 36). */
const UNSEEN =
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Whether a text has characters in it that are not seen, or make others look different. */
export function hasUnseen(text: string): boolean {
  return text.search(UNSEEN) >= 0;
}

/** Text that somebody else chose (process names are whatever an attacker likes), made safe to show on one line. */
export function plainText(text: string): string {
  return text.replace(UNSEEN, '?');
}
