import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RuntimeReport } from '../test/runtime-program.ts';
import { promises, sharedData, sharedPassword } from '../test/runtime-promises.ts';
import { execute, runtimes } from '../test/runtimes.ts';
import { startSession } from './start-session.ts';

let folder: string;
let program: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'store-cookie-'));
  program = join(folder, 'program.mjs');
  const bundle = await rolldown({ input: join(import.meta.dirname, '../test/runtime-program.ts') });
  const { output } = await bundle.write({ file: program });
  expect(output[0].imports).toEqual([]);
});
afterAll(() => rm(folder, { recursive: true }));

describe.each(Object.entries(runtimes))('on %s,', (_, find) => {
  it('every promise is kept on every path, and the cookies open on another runtime', async ({ skip }) => {
    const runtime = await (async () => {
      try {
        const found = find();
        await execute(found.command, found.version);
        return found;
      } catch (error) {
        // npm has no such runtime for this machine. Where everything must be checked, that is a failure.
        if (process.env.CI) throw error;
        return skip(`it does not run here: ${error}`);
      }
    })();
    const printed = await execute(runtime.command, await runtime.run(program));
    const json = /report (\{.*\})/.exec(printed)?.[1];
    expect(json, printed).toBeDefined();
    const { synchronous, kept, cookies } = JSON.parse(json as string) as RuntimeReport;
    expect(synchronous).toBe(runtime.synchronous);
    expect(kept).toEqual(Array(synchronous ? 2 : 1).fill(Object.keys(promises)));
    expect(cookies).toHaveLength(kept.length);
    const store = await startSession({ password: sharedPassword, cache: false });
    for (const cookie of cookies) {
      expect(await store.load(cookie)).toMatchObject({ exists: true, data: sharedData });
    }
  }, 120_000);
});
