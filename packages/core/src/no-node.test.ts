import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { rolldown } from 'rolldown';
import { describe, expect, it } from 'vitest';
import workerd from 'workerd';

const config = `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [(name = "main", worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = "2026-01-01",
))]);
`;

describe('core', () => {
  it('works in a runtime without Node built-ins', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'store-core-'));
    try {
      const bundle = await rolldown({
        input: join(import.meta.dirname, '../test/worker.ts'),
        resolve: {
          alias: {
            '@store/core/driver': join(import.meta.dirname, '../src/driver.ts'),
            '@store/core/memory': join(import.meta.dirname, '../src/memory.ts'),
            '@store/core': join(import.meta.dirname, '../src/index.ts'),
          },
        },
      });
      const { output } = await bundle.write({ file: join(folder, 'worker.js') });
      expect(output[0].imports).toEqual([]);
      await writeFile(join(folder, 'config.capnp'), config);
      const { stderr, stdout } = await promisify(execFile)(workerd, ['test', join(folder, 'config.capnp')]);
      expect(stdout + stderr).toContain('promises kept');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
