import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** The path of a database that does not exist yet, in a directory that is removed when the test ends. */
export function temporaryDatabase(): string {
  const directory = mkdtempSync(join(tmpdir(), 'store-sqlite-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return join(directory, 'sessions.db');
}
