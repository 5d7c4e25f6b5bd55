import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { groups } from '../test/battery/groups.ts';
import type { Cell } from '../test/battery/row.ts';
import { otherRuntimes, runtimeCommand } from '../test/other-runtimes.ts';

const run = promisify(execFile);
const program = join(import.meta.dirname, '../test/battery/elsewhere.ts');

// The same rows as in battery.test.ts, with both client and server inside the runtime.
describe.each(otherRuntimes)('the battery on %s', (_, name, args) => {
  it('passes with every framework', async ({ skip }) => {
    const command = await runtimeCommand(name, skip);
    const env = { ...process.env, NODE_ENV: 'test' };
    const { stdout } = await run(command, [...args, program], { env, maxBuffer: 10_000_000 });
    const cells = [...stdout.matchAll(/^cell (.*)$/gm)].map(([, cell]) => JSON.parse(cell ?? '') as Cell);
    const wrong = cells.filter(({ result }) => !['yes', 'refused', '—'].includes(result));
    expect(wrong.map(({ framework, row, error }) => `${framework}: ${row}: ${error}`)).toEqual([]);
    expect(stdout).toMatch(/^done$/m);
    const rows = groups.flatMap((group) => group.rows);
    for (const framework of ['Express 5', 'Fastify 5', 'Hono', 'Koa 3', 'node:http', 'fetch'])
      expect(cells.filter((cell) => cell.framework === framework)).toHaveLength(rows.length);
  }, 240_000);
});
