import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { measureScale } from './scale.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'store-bench-findings-'));
  // PostgreSQL doesn't run as root, so its user must be able to reach its files in here.
  chmodSync(directory, 0o711);
});
afterEach(() => rmSync(directory, { recursive: true }));

describe('a process that serves one visitor after another', () => {
  /** Less than a map entry per session id would take. Without a leak it varies by 10 once all code is compiled, after 3,000 visitors. */
  const bytesAllowed = 60;

  it('keeps nothing about them in memory', async () => {
    const script = join(import.meta.dirname, 'memory.ts');
    const options = ['--counts', '3000,5000', '--directory', directory];
    const args = ['--expose-gc', '--max-old-space-size=64', script, ...options];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    const [before, after] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { sessions: number; heap: number }) as [
      { sessions: number; heap: number },
      { sessions: number; heap: number },
    ];
    expect([before.sessions, after.sessions]).toEqual([3000, 5000]);
    expect((after.heap - before.heap) / 2000).toBeLessThan(bytesAllowed);
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe('measureScale', () => {
  it.each(['sqlite', 'file', 'postgres'] as const)(
    'measures the bare backend and ours at every size, and leaves no file: %s',
    async (backend) => {
      const text = await measureScale(backend, { sizes: [50, 90], rounds: 1, count: 10, parent: directory });
      const rows = text
        .split('\n')
        .slice(2)
        .map((line) => line.split('|').map((cell) => cell.trim()));
      expect(rows.map(([, name, sessions]) => `${name} ${sessions}`)).toEqual([
        expect.stringContaining(' 50.0'),
        `@store/${backend} 50.0`,
        expect.stringContaining(' 90.0'),
        `@store/${backend} 90.0`,
      ]);
      for (const cell of rows.flatMap((row) => row.slice(3, 7))) {
        expect(cell).toMatch(/^[\d,.]+ · \d+\.\d\d · [\d.–]+, [\d.–]+$/);
      }
      expect(readdirSync(directory)).toEqual([]);
    },
  );
});
