import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const program = join(import.meta.dirname, '../../test/young-garbage.ts');

// A closure that each request stored on an object of its own at its close was such a reference: every request was then copied into
// the old generation, which cost an Express application more than its sessions.
it('leaves no reference by which a finished request outlives the next garbage collection', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', program], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  // Three times what they leave, and half of what that closure left.
  expect(Number(stdout)).toBeLessThan(1_500_000);
});
