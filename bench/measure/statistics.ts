/** The value below which the share `q` of the values lies, interpolated as NumPy and R do by default; NaN if there are no values. */
export function quantile(values: ArrayLike<number>, q: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = Float64Array.from(values).sort();
  const position = (sorted.length - 1) * q;
  const below = Math.floor(position);
  const low = sorted[below] as number;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  return low + (high - low) * (position - below);
}

export function median(values: ArrayLike<number>): number {
  return quantile(values, 0.5);
}

/** A median with its quartiles, between which half of the values lie. */
export type Spread = Record<'low' | 'median' | 'high', number>;

export function spread(values: ArrayLike<number>): Spread {
  return { low: quantile(values, 0.25), median: median(values), high: quantile(values, 0.75) };
}

/** The ratios of two lists turn by turn, skipping turns in which either is missing: only measurements of the same turn are compared. */
export function pairedRatios(
  values: ReadonlyMap<number, number>,
  baseline: ReadonlyMap<number, number>,
): number[] {
  return [...values].flatMap(([turn, value]) => {
    const base = baseline.get(turn);
    return base === undefined ? [] : value / base;
  });
}
