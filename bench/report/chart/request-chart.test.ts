import { describe, expect, it } from 'vitest';
import { results, sqlite } from '../../test/sample-results.ts';
import { at, panelFor } from './bar-panel.ts';
import { requestChart } from './request-chart.ts';

describe('requestChart', () => {
  const svg = requestChart(results);

  it('draws a bar for ours, by hand and each peer at each number in flight, and one for each server', () => {
    const count = (kind: string) => svg.split(`class="${kind}"`).length - 1;
    const inLegend = 1;
    expect(count('ours')).toBe(2 + 2 + inLegend);
    expect(count('limit')).toBe(2 + inLegend);
    expect(count('peer')).toBe(2 + 2 + inLegend);
    expect(count('noise')).toBe(2 + inLegend);
  });

  it('says in words what it shows', () => {
    expect(svg).toContain('role="img"');
    expect(svg).toContain(
      'SQLite, where 1 is statements: @store/sqlite, database given 0.80 one at a time and 1.50 32 in flight;',
    );
  });

  it('leaves out who has no such operation', () => {
    expect(svg).not.toContain('creator');
  });

  it('escapes names', () => {
    expect(svg).toContain('plain &lt;ids&gt; &amp; index');
  });

  it('draws a peer’s caveat beside its name and its version nowhere', () => {
    expect(svg).toContain('>careless<tspan dx="6" class="soft value">no expiry</tspan>');
    expect(svg).not.toContain('1.2.3');
  });

  it('can be drawn before anything was measured', () => {
    expect(requestChart({ backends: {}, scale: {}, memory: {} })).toContain('<svg');
    expect(
      requestChart({ backends: { sqlite: { ...sqlite, comparisons: [] } }, scale: {}, memory: {} }),
    ).toContain('<svg');
  });
});

describe('panelFor', () => {
  it.each([
    [1.87, 2, 5],
    [0.9, 1, 6],
    [2.2, 2.5, 6],
    [1320, 1500, 4],
    [41, 50, 6],
  ])('of values up to %d ends at %d and has %d marks', (greatest, max, ticks) => {
    const panel = panelFor({ x: 100, width: 200 }, [0.1, greatest]);
    expect(panel.max).toBeCloseTo(max, 10);
    expect(panel.ticks).toHaveLength(ticks);
    expect(at(panel, panel.max)).toBe(300);
  });
});
