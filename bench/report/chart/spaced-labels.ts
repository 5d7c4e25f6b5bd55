/** Heights of labels, moved apart so that no two overlap, and as little as that takes. */
export function spaced(heights: number[], least = 14): number[] {
  const order = heights
    .map((height, index) => ({ height, index }))
    .sort((one, other) => one.height - other.height);
  for (let pass = 0; pass < 100; pass++) {
    let moved = false;
    for (let next = 1; next < order.length; next++) {
      const [above, below] = [order[next - 1], order[next]];
      if (!above || !below) continue;
      const missing = least - (below.height - above.height);
      if (missing <= 0.01) continue;
      above.height -= missing / 2;
      below.height += missing / 2;
      moved = true;
    }
    if (!moved) break;
  }
  const result = [...heights];
  for (const { height, index } of order) result[index] = height;
  return result;
}
