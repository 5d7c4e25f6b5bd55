import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const program = join(import.meta.dirname, '../../test/young-garbage.ts');

// There used to be one: a closure that each request stored on a per-request object when it closed. Every request was
// then copied to the old generation, which cost an Express application more than the sessions themselves.
it('leaves no reference that keeps a finished request alive past the next garbage collection', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', program], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  // Three times what requests leave now, and half of what that closure left.
  expect(Number(stdout)).toBeLessThan(1_500_000);
});
