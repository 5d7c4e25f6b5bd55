import { closeSync, existsSync, openSync, readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode, makeFolder, removeIfExists } from '../directory/files.ts';
import { type Layout, readFileName } from '../directory/layout.ts';

/**
 * Which sessions belong to a subject: one empty file each, named by both. A marker only says where to look, the record has
 * the word. It is made before the record, and nobody removes it but the process that ends the session, and garbage collection when it
 * is an hour old and of no use: a marker that was just made may be that of a session that is about to be.
 */
export interface SubjectIndex {
  has(subject: string, key: string): boolean;
  add(subject: string, key: string): void;
  remove(subject: string, key: string): void;
  /** The marked keys. */
  keys(subject: string): string[];
}

export function createSubjectIndex(layout: Layout): SubjectIndex {
  return {
    has: (subject, key) => existsSync(layout.marker(subject, key)),
    add(subject, key) {
      const path = layout.marker(subject, key);
      try {
        create(path);
      } catch (error) {
        if (errorCode(error) !== 'ENOENT') throw error;
        makeFolder(dirname(path));
        create(path);
      }
    },
    remove: (subject, key) => void removeIfExists(layout.marker(subject, key)),
    keys(subject) {
      const { folder, prefix } = layout.markersOf(subject);
      const keys: string[] = [];
      for (const name of namesIn(folder)) {
        if (!name.startsWith(prefix)) continue;
        const file = readFileName(name);
        if (file.kind === 'marker') keys.push(file.key);
      }
      return keys;
    },
  };
}

function create(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
