import { spawnSync } from 'node:child_process';
import { describe, expect, it, onTestFinished } from 'vitest';
import { skewedInstall } from '../test/skewed-install.ts';

describe('a driver with a separate copy of core', () => {
  async function report(versions: { application: string; driver: string }) {
    const { command, module, remove } = await skewedInstall(versions);
    onTestFinished(remove);
    return spawnSync(process.execPath, [command, module], { encoding: 'utf8' });
  }

  it.each([
    ['an older minor version than the application has', { application: '1.999.0', driver: '1.0.0' }],
    ['a newer minor version than the application has', { application: '1.0.0', driver: '1.999.0' }],
  ])('in %s passes every case', async (_, versions) => {
    const { status, stdout, stderr } = await report(versions);
    expect(stderr).toBe('');
    expect(stdout).toContain(' 0 failed');
    expect(stdout).toContain('start.cache | required');
    expect(status).toBe(0);
  });

  it('in another major version fails with an error that names both versions', async () => {
    const { status, stderr } = await report({ application: '1.0.0', driver: '2.0.0' });
    expect(stderr).toContain('start.cache failed');
    expect(stderr).toMatch(
      /made by @store\/core 1\.0\.0, and this is 2\.0\.0|made by @store\/core 2\.0\.0, and this is 1\.0\.0/,
    );
    expect(status).toBe(1);
  });
});
