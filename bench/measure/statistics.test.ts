import { describe, expect, it } from 'vitest';
import { median, pairedRatios, quantile, spread } from './statistics.ts';

describe('quantile', () => {
  it('is the middle value of an odd number of values, in any order', () => {
    expect(median([9, 1, 5])).toBe(5);
  });

  it('lies between the two middle values of an even number of values', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  it('interpolates as NumPy and R do by default', () => {
    expect(quantile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.99)).toBeCloseTo(9.91, 10);
    expect(spread([15, 20, 35, 40, 50])).toEqual({ low: 20, median: 35, high: 40 });
  });

  it('is the smallest and the largest value at the ends, and leaves its input unchanged', () => {
    const values = [3, 1, 2];
    expect([quantile(values, 0), quantile(values, 1)]).toEqual([1, 3]);
    expect(values).toEqual([3, 1, 2]);
  });

  it('is NaN for no values', () => {
    expect(median([])).toBeNaN();
  });
});

describe('pairedRatios', () => {
  it('divides within a turn, so that a turn that is slow for both does not affect the ratio', () => {
    const values = new Map([
      [1, 50],
      [2, 5],
    ]);
    const baseline = new Map([
      [1, 100],
      [2, 10],
    ]);
    expect(pairedRatios(values, baseline)).toEqual([0.5, 0.5]);
  });

  it('leaves out a turn that only one of them has', () => {
    expect(pairedRatios(new Map([[1, 4]]), new Map([[2, 8]]))).toEqual([]);
  });
});
