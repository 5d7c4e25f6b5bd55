import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

it('quotes the latest figures in README.md word for word', () => {
  const summary = readFileSync(join(root, 'bench/results/summary.md'), 'utf8');
  expect(summary).toContain('@store/sqlite');
  expect(readFileSync(join(root, 'README.md'), 'utf8'), 'copy bench/results/summary.md there').toContain(
    summary,
  );
});
