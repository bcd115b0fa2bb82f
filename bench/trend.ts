/** By how much the line of least squares through these points (x, y) rises from the first x to the last. */
export function growth(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (of: 0 | 1): number => points.reduce((sum, point) => sum + point[of], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  let covariance = 0;
  let variance = 0;
  for (const point of points) {
    covariance += (point[0] - x) * (point[1] - y);
    variance += (point[0] - x) ** 2;
  }
  return variance === 0 ? 0 : (covariance / variance) * (points.at(-1)![0] - points[0]![0]);
}
