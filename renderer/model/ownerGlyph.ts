/**
 * The sign before a process's name. Where the system gives no icons of programs (./icons.ts), a letter on a colour that is the same
 * wherever the name is tells them apart; its shape says what kind of owner it is.
 */
import type { CellRow } from './columns';

export const GLYPH_KINDS = ['program', 'service', 'container', 'nobody'] as const;
export type GlyphKind = (typeof GLYPH_KINDS)[number];

export interface OwnerGlyph {
  kind: GlyphKind;
  /** Blank where there is no name. */
  letter: string;
  /** Degrees; null where there is no name */
  hue: number | null;
}

/** Hues that are told apart, in steps of 30 degrees. */
const HUES = 12;
const known = new Map<string, { letter: string; hue: number }>();
const REMEMBERED = 5000;

export function ownerGlyph(row: CellRow): OwnerGlyph {
  if (row.processName === null) return { kind: 'nobody', letter: '', hue: null };
  return { kind: kindOf(row), ...signOf(row.processName) };
}

function kindOf({ container, unit }: CellRow): GlyphKind {
  if (container !== null) return 'container';
  // The rest of systemd's units are sessions and scopes: what a person has started.
  return unit?.endsWith('.service') === true && !unit.startsWith('user@') ? 'service' : 'program';
}

function signOf(name: string): { letter: string; hue: number } {
  let sign = known.get(name);
  if (sign === undefined) {
    if (known.size >= REMEMBERED) known.clear();
    sign = { letter: /[\p{L}\p{N}]/u.exec(name)?.[0].toUpperCase() ?? '', hue: hueOf(name) };
    known.set(name, sign);
  }
  return sign;
}

/** FNV-1a over UTF-16 units: short names that differ in one letter get other hues. */
function hueOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return ((hash >>> 8) % HUES) * (360 / HUES);
}
