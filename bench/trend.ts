/**
 * How much higher the least value of the second half is than that of the first. Memory that waits to be collected lifts
 * some values and not others; what leaks lifts them all.
 */
export function growth(values: readonly number[]): number {
  const half = values.length >> 1;
  return half === 0 ? 0 : Math.min(...values.slice(half)) - Math.min(...values.slice(0, half));
}
