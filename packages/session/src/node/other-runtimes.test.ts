import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { otherRuntimes, runtimeCommand } from '../../test/other-runtimes.ts';

const run = promisify(execFile);
const program = join(import.meta.dirname, '../../test/node-http-elsewhere.ts');

const node: (typeof otherRuntimes)[number] = ['Node', '', []];

// Their node:http has Node's interface, but different internals.
describe.each([node, ...otherRuntimes])('a node:http server on %s', (_, name, args) => {
  it('holds responses until the session is written, sends only the first of two, and sends a 503 if the store fails', async ({
    skip,
  }) => {
    const command = name === '' ? process.execPath : await runtimeCommand(name, skip);
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
