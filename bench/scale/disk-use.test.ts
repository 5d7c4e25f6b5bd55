import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { diskUse } from './disk-use.ts';

it('adds up all files below a directory, and counts directories', () => {
  const directory = mkdtempSync(join(tmpdir(), 'store-bench-disk-'));
  mkdirSync(join(directory, 'one/two'), { recursive: true });
  writeFileSync(join(directory, 'here'), 'x'.repeat(10));
  writeFileSync(join(directory, 'one/two/there'), 'x'.repeat(5000));
  const use = diskUse(directory);
  rmSync(directory, { recursive: true });
  expect(use).toMatchObject({ bytes: 5010, files: 2, directories: 3 });
  expect(use.allocated).toBeGreaterThanOrEqual(5010);
});
