import { closeSync, existsSync, openSync, readdirSync, unlinkSync } from 'node:fs';
import { ifExists, systemErrorCode } from '../directory/files.ts';
import { readFileName } from '../directory/layout.ts';
import type { SessionDirectory } from '../directory/open-directory.ts';

/**
 * The sessions that belong to a subject: one empty file each, named after both. A marker only says where to look; the record
 * decides. It is created before the record, and removed only by the process that ends the session, or by garbage collection when it
 * is an hour old and useless: a newer one may belong to a session that is about to be written.
 */
export interface SubjectIndex {
  has(subject: string, key: string): boolean;
  add(subject: string, key: string): void;
  remove(subject: string, key: string): void;
  /** The marked keys. */
  keys(subject: string): string[];
}

export function createSubjectIndex({ layout, create, assertExists }: SessionDirectory): SubjectIndex {
  return {
    has: (subject, key) => existsSync(layout.marker(subject, key)),
    add(subject, key) {
      const path = layout.marker(subject, key);
      try {
        closeSync(create(path, () => openSync(path, 'wx', 0o600)));
      } catch (error) {
        if (systemErrorCode(error) !== 'EEXIST') throw error;
      }
    },
    remove: (subject, key) => ifExists(() => unlinkSync(layout.marker(subject, key))),
    keys(subject) {
      const { folder, prefix } = layout.markersOf(subject);
      const names = ifExists(() => readdirSync(folder));
      if (names === undefined) assertExists();
      const files = (names ?? []).filter((name) => name.startsWith(prefix)).map(readFileName);
      return files.flatMap((file) => (file.kind === 'marker' ? [file.key] : []));
    },
  };
}
