import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const program = join(import.meta.dirname, '../../test/survivor.ts');

/** Runs in a separate process, which any unhandled error or rejection would end. */
function survive(store: string) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, store], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout) as { answers: { [name: string]: string[] }; leaked: number };
}

/** Handlers that cut the connection, before or without a response. */
const cut = ['writes its head twice', 'destroys after a write', 'destroys with an error'];

describe.skipIf(process.platform !== 'linux')('a process whose handlers do everything wrong', () => {
  it.each(['immediate', 'slow'])(
    'survives, and each first response arrives, on a store that is %s',
    (store) => {
      const { answers, leaked } = survive(store);
      for (const [name, statuses] of Object.entries(answers)) {
        if (cut.includes(name)) continue;
        const expected = name === 'two responses' ? 'HTTP/1.1 302' : 'HTTP/1.1 200';
        expect(statuses, name).toEqual([expected]);
      }
      expect(leaked).toBe(0);
    },
  );

  it.each(['failing', 'failing immediately', 'hanging'])(
    'survives, sends one 503 for each request and leaves nothing open, on a store that is %s',
    (store) => {
      const { answers, leaked } = survive(store);
      for (const [name, statuses] of Object.entries(answers)) {
        if (!cut.includes(name)) expect(statuses, name).toEqual(['HTTP/1.1 503']);
      }
      expect(leaked).toBe(0);
    },
  );
});
