import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { createSessionId } from '@store/core';
import type { SessionRecord } from '@store/core/driver';
import { sessionKey } from '@store/core/driver';
import { onTestFinished } from 'vitest';
import { openDirectory } from '../src/directory/open-directory.ts';
import { createFileStorage, type FileStorageOptions } from '../src/file-storage.ts';

/** A directory that is removed after the test. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'store-file-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A storage backend on a directory, as a separate process would open it. */
export function openStorage(directory: string, options: Partial<FileStorageOptions> = {}) {
  const opened = openDirectory(directory);
  const storage = createFileStorage(opened, { durable: false, onDamaged: () => {}, ...options });
  return { ...opened, storage };
}

/** Every file of a session directory, relative to it. */
export function filesIn(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .sort();
}

let version = 0;

export function someRecord(changes: Partial<SessionRecord> = {}): SessionRecord {
  version += 1;
  return {
    key: sessionKey(createSessionId()),
    payload: `{"v":1,"data":{"n":${version}},"flash":{}}`,
    subject: null,
    version,
    createdAt: 1_000_000,
    expiresAt: 2_000_000,
    idleTimeout: null,
    ...changes,
  };
}
