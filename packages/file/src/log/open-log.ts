import { closeSync, fstatSync, renameSync, unlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ifExists } from '../directory/files.ts';
import { keyOfName, nameOfKey } from '../directory/layout.ts';
import type { SessionDirectory } from '../directory/open-directory.ts';
import { type LogState, type RecordState, readState } from './line.ts';
import { notAFile, openFile, readFile } from './log-file.ts';

/** A session's file, open, and what it says. */
export interface SessionLog {
  readonly key: string;
  readonly path: string;
  readonly file: number;
  state: SessionState;
}

/** What a log says, once the other file of a move has been asked. */
export type SessionState =
  | Exclude<LogState, { kind: 'continued' }>
  /** A record that is on its way here from another key, and is no session yet. */
  | (Omit<RecordState, 'kind'> & { readonly kind: 'arriving'; readonly size: number });

const none: ReadonlySet<string> = new Set();

/** What a session's log says; `undefined` when there is none. Waits for nobody. */
export function readLog(directory: SessionDirectory, key: string): SessionState | undefined {
  const log = openLog(directory, key, 'read');
  if (log && log.file !== notAFile) closeSync(log.file);
  return log?.state;
}

/**
 * Opens a session's log; `undefined` when there is none.
 *
 * @param mode `create` makes the file if there is none. To write, what is no file is removed, and a new file that the log continues in
 * is first given the session's name.
 */
export function openLog(
  directory: SessionDirectory,
  key: string,
  mode: 'read' | 'write' | 'create',
): SessionLog | undefined {
  const path = directory.layout.record(key);
  let missing = none;
  /** The files that the log continues in, one in the other. Only readers follow them: writers first rename them. */
  let followed = none;
  for (let successor: string | undefined; ; ) {
    const from = successor ? join(dirname(path), successor) : path;
    const file = directory.create(path, () => openFile(from, mode));
    if (file === undefined && successor === undefined) {
      directory.assertExists();
      return undefined;
    }
    if (file === undefined) {
      // It was renamed meanwhile.
      missing = new Set(missing).add(successor as string);
      followed = none;
      successor = undefined;
      continue;
    }
    let log: SessionLog | undefined;
    try {
      const bytes = file === notAFile ? undefined : readFile(file);
      const found = bytes && readState(bytes, missing);
      if (found?.kind === 'continued') {
        const name = basename(found.successor);
        const next = join(dirname(path), name);
        // If it is not there it was renamed meanwhile; or it never will be, and the line before the one that names it counts.
        const isThere = isWhole(next) && (mode === 'read' ? !followed.has(name) : renameIfExists(next, path));
        if (!isThere) missing = new Set(missing).add(name);
        else if (mode === 'read') {
          followed = new Set(followed).add(name);
          successor = name;
        }
      } else if (found) {
        const state = stateUnder(directory, key, file, found);
        if (state === undefined) return undefined;
        if (state !== 'changed') log = { key, path, file, state };
      } else if (mode === 'read') {
        log = { key, path, file, state: { kind: 'damaged', size: 0 } };
      } else {
        unlinkSync(path);
      }
      if (log) return log;
    } finally {
      if (log === undefined && file !== notAFile) closeSync(file);
    }
  }
}

/**
 * What a file says about the session under `key`: `changed` when it has to be read again, and nothing when the key only looks like
 * the one that the file is for, since 43 characters hold two bits more than a hash.
 */
function stateUnder(
  directory: SessionDirectory,
  key: string,
  file: number,
  state: Exclude<LogState, { kind: 'continued' }>,
): SessionState | 'changed' | undefined {
  if (state.kind !== 'record') return state;
  const { link, record, size } = state;
  if (record.key !== key) return keyOfName(nameOfKey(key)) === key ? { kind: 'damaged', size } : undefined;
  if (link?.kind !== 'from') return state;
  const origin = readLog(directory, link.key);
  if (origin?.kind === 'record') {
    if (origin.record.version === link.markVersion) return state;
    if (origin.record.version === link.version) return { ...state, kind: 'arriving' };
  }
  // Either the move can never happen now, or it has, and a line that says so was appended before the mark was replaced.
  return fstatSync(file).size === size ? { kind: 'ended', size } : 'changed';
}

/** Whether a new file exists, with its record. A copy, or a disk that lost power, may have the line that names it and not that. */
function isWhole(path: string): boolean {
  const file = openFile(path, 'read');
  if (file === undefined || file === notAFile) return false;
  try {
    const bytes = readFile(file);
    return bytes !== undefined && !/^(empty|damaged)$/.test(readState(bytes).kind);
  } finally {
    closeSync(file);
  }
}

function renameIfExists(from: string, to: string): boolean {
  const renamed = ifExists(() => {
    renameSync(from, to);
    return true;
  });
  return renamed ?? false;
}
