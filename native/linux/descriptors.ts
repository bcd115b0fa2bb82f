/** Descriptor numbers, as ascending lists. */
import fs from 'node:fs';

/** Free numbers remembered of each process. */
const KNOWN_GAPS = 32;
const WITHOUT_LIMIT = 1 << 16;

/** Puts the lowest numbers that are not open into `gaps`: a new descriptor always takes the lowest (POSIX, open). */
export function findGaps(open: Int32Array, gaps: Set<number>): void {
  gaps.clear();
  let number = 0;
  for (let i = 0; gaps.size < KNOWN_GAPS; number++) {
    if (open[i] === number) i++;
    else gaps.add(number);
  }
}

/** Whether an ascending list has this number. */
export function includes(numbers: Int32Array, number: number): boolean {
  let low = 0;
  for (let high = numbers.length; low < high;) {
    const middle = (low + high) >> 1;
    if (numbers[middle]! < number) low = middle + 1;
    else high = middle;
  }
  return numbers[low] === number;
}

/** How many descriptors this process may have (man 5 proc, limits). */
export function descriptorLimit(): number {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(fs.readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return soft === undefined ? WITHOUT_LIMIT : Number(soft);
  } catch {
    return WITHOUT_LIMIT;
  }
}
