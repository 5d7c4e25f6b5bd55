import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { groups } from '../test/battery/groups.ts';
import type { Cell } from '../test/battery/row.ts';

const run = promisify(execFile);
const { resolve } = createRequire(import.meta.url);
const program = join(import.meta.dirname, '../test/battery/elsewhere.ts');

function commandOf(name: string): string {
  const manifest = resolve(`${name}/package.json`);
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8')) as { bin: string | Record<string, string> };
  return join(dirname(manifest), typeof bin === 'string' ? bin : (bin[name] ?? ''));
}

// The same rows as in battery.test.ts, with client and server inside the runtime.
describe.each([
  ['Bun', 'bun', ['run']],
  ['Deno', 'deno', ['run', '--allow-all', '--node-modules-dir=manual']],
])('the battery on %s', (_, name, args) => {
  it('passes with Express 5, Hono and fetch', async ({ skip }) => {
    const command = await (async () => {
      try {
        const found = commandOf(name);
        await run(found, ['--version']);
        return found;
      } catch (error) {
        // A machine for which npm has no such runtime; where everything must be checked, that is a failure.
        if (process.env.CI) throw error;
        return skip(`it does not run here: ${error}`);
      }
    })();
    const env = { ...process.env, NODE_ENV: 'test' };
    const { stdout } = await run(command, [...args, program], { env, maxBuffer: 10_000_000 });
    const cells = [...stdout.matchAll(/^cell (.*)$/gm)].map(([, cell]) => JSON.parse(cell ?? '') as Cell);
    const wrong = cells.filter(({ result }) => !['yes', '—'].includes(result));
    expect(wrong.map(({ framework, row, error }) => `${framework}: ${row}: ${error}`)).toEqual([]);
    expect(stdout).toMatch(/^done$/m);
    const rows = groups.flatMap((group) => group.rows);
    for (const framework of ['Express 5', 'Hono', 'fetch'])
      expect(cells.filter((cell) => cell.framework === framework)).toHaveLength(rows.length);
  }, 240_000);
});
