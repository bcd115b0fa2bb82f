/** What somebody may have meant. */

/** How many letters are wrong, missing, too many, or have changed places with their neighbour (optimal string alignment). */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min(above[j]! + 1, row[j - 1]! + 1, above[j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, before[j - 2]! + 1);
      row.push(least);
    }
    before = above;
    above = row;
  }
  return above[b.length]!;
}

/** The name that is nearest to what was typed, or null where none is near. */
export function suggestion(typed: string, names: Iterable<string>): string | null {
  const word = typed.toLowerCase();
  if (word.length > 40) return null;
  let best: string | null = null;
  let least = Math.max(1, Math.floor(word.length / 3)) + 0.5;
  for (const name of names) {
    // Beginnings are likely: the rest was not typed.
    const far = word.length > 1 && name.startsWith(word) ? 0.5 : distance(word, name);
    if (far >= least) continue;
    best = name;
    least = far;
  }
  return best;
}
