import { existsSync, readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Layout, readFileName } from './layout.ts';
import { errorCode, makeFolder, removeIfThere, writeNew } from './session-files.ts';

/**
 * Which sessions belong to a subject: one empty file each, named by both. A marker only says where to look, the record has
 * the word. It is made before the record and, under the session's lock, removed after it, so a crash in between leaves a
 * marker too many, never one too few; garbage collection clears those away, and makes again what a power cut has eaten.
 */
export interface SubjectIndex {
  has(subject: string, key: string): boolean;
  /** For who holds the session's lock. */
  add(subject: string, key: string): void;
  /** For who holds the session's lock, and the subject's too unless the session has left the subject for good. */
  remove(subject: string, key: string): void;
  /** The marked keys. Complete for who holds the subject's lock: a session that moves meanwhile has one marker in here. */
  keys(subject: string): string[];
}

export function createSubjectIndex(layout: Layout): SubjectIndex {
  return {
    has: (subject, key) => existsSync(layout.marker(subject, key)),
    add(subject, key) {
      const path = layout.marker(subject, key);
      try {
        writeNew(path, '');
      } catch (error) {
        if (errorCode(error) === 'EEXIST') return;
        if (errorCode(error) !== 'ENOENT') throw error;
        makeFolder(dirname(path));
        writeNew(path, '');
      }
    },
    remove: (subject, key) => void removeIfThere(layout.marker(subject, key)),
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

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
