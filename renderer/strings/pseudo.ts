/**
 * The pseudo-locale: every text of the catalogue in brackets and with accents. What stands on the page without them is not
 * from the catalogue; what is cut off has no room to be translated.
 */

const ACCENTED: Record<string, string> = {
  ...{ a: 'à', c: 'ç', e: 'é', i: 'î', n: 'ñ', o: 'ö', s: 'š', u: 'ü', y: 'ÿ', z: 'ž' },
  ...{ A: 'Å', C: 'Ç', E: 'É', I: 'Î', N: 'Ñ', O: 'Ö', S: 'Š', U: 'Ü', Y: 'Ý', Z: 'Ž' },
};

export function pseudoText(text: string): string {
  return text === '' ? '' : `⟦${text.replaceAll(/[a-z]/gi, (letter) => ACCENTED[letter] ?? letter)}⟧`;
}

/** The same catalogue with every text, and every text that a function makes, as {@link pseudoText} has it. */
export function pseudo<Catalogue>(part: Catalogue): Catalogue {
  return changed(part) as Catalogue;
}

function changed(part: unknown): unknown {
  if (typeof part === 'string') return pseudoText(part);
  if (typeof part === 'function')
    return (...values: unknown[]): unknown => changed((part as (...given: unknown[]) => unknown)(...values));
  if (Array.isArray(part)) return part.map(changed);
  if (typeof part === 'object' && part !== null && Object.getPrototypeOf(part) === Object.prototype)
    return Object.fromEntries(Object.entries(part).map(([name, inner]) => [name, changed(inner)]));
  return part;
}

/** Whether the page's address asks for it: `…/?pseudo`. Works in every shell, and outside of a page it is off. */
export function isPseudoWanted(): boolean {
  const place = (globalThis as { location?: { search?: string } }).location;
  return new URLSearchParams(place?.search ?? '').has('pseudo');
}
