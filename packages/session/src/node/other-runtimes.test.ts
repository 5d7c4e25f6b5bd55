import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);
const { resolve } = createRequire(import.meta.url);
const program = join(import.meta.dirname, '../../test/node-http-elsewhere.ts');

function commandOf(name: string): string {
  const manifest = resolve(`${name}/package.json`);
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8')) as { bin: string | Record<string, string> };
  return join(dirname(manifest), typeof bin === 'string' ? bin : (bin[name] ?? ''));
}

const runtimes: [string, () => string, string[]][] = [
  ['Node', () => process.execPath, []],
  ['Bun', () => commandOf('bun'), ['run']],
  ['Deno', () => commandOf('deno'), ['run', '--allow-all', '--node-modules-dir=manual']],
];

// Their node:http has Node's interface, and insides of its own.
describe.each(runtimes)('a node:http server on %s', (_, find, args) => {
  it('holds responses until the session is written, keeps the first of two, and sends a 503 in their place', async ({
    skip,
  }) => {
    const command = await (async () => {
      try {
        const found = find();
        await run(found, ['--version']);
        return found;
      } catch (error) {
        // A machine for which npm has no such runtime; where everything must be checked, that is a failure.
        if (process.env.CI) throw error;
        return skip(`it does not run here: ${error}`);
      }
    })();
    const { stdout, stderr } = await run(command, [...args, program]);
    expect(stderr).toBe('');
    const first = ['200', 1, 'first'];
    expect(JSON.parse(/^report (.*)$/m.exec(stdout)?.[1] ?? '')).toEqual({
      '/ends': ['200', 1, 'whole'],
      '/writes': ['201', 1, 'one two'],
      '/ends-twice': first,
      '/late-header': first,
      '/late-head': first,
      '/late-error': first,
      '/nothing': ['204', 1, ''],
      'failing /ends': ['503', 0, 'Service Unavailable'],
      'failing /writes': ['503', 0, 'Service Unavailable'],
      'failing /ends-twice': ['503', 0, 'Service Unavailable'],
    });
  }, 60_000);
});
