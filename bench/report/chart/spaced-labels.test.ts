import { expect, it } from 'vitest';
import { spaced } from './spaced-labels.ts';

it('moves labels apart that would overlap, and leaves the others where they are', () => {
  const heights = spaced([100, 50, 52, 10]);
  expect(heights[0]).toBe(100);
  expect(heights[3]).toBe(10);
  expect((heights[2] ?? 0) - (heights[1] ?? 0)).toBeCloseTo(14, 1);
  expect(((heights[1] ?? 0) + (heights[2] ?? 0)) / 2).toBeCloseTo(51, 1);
});
