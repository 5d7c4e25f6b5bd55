import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

it('quotes in README.md the figures that were measured last, word for word', () => {
  const summary = readFileSync(join(root, 'bench/results/summary.md'), 'utf8');
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const path = 'bench/results/summary.md';
  const quoted = readme.split(`<!-- ${path} -->\n`)[1]?.split(`<!-- end of ${path} -->`)[0];
  expect(quoted, 'copy it there between the marks').toBe(summary);
});
