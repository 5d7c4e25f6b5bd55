/** Measures that the parts of a plot with bars share, in pixels: it is as wide as a README. */
export const width = 860;
export const margin = 24;
/** The column with the names. */
export const names = 250;
export const rowHeight = 20;
/** The title above the rows of a group. */
export const headerHeight = 32;

/** Between two panels, and after the last: room for the number behind the longest bar. */
const gap = 60;

/** Where each of `count` panels beside each other begins, and how wide they are. */
export function columns(count: number): { x: number; width: number }[] {
  const each = (width - 2 * margin - names) / count;
  return Array.from({ length: count }, (_, index) => ({
    x: margin + names + index * each,
    width: each - gap,
  }));
}
