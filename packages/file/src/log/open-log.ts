import { closeSync, fstatSync, renameSync, unlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ifExists } from '../directory/files.ts';
import { keyOfName, nameOfKey, readFileName } from '../directory/layout.ts';
import type { SessionDirectory } from '../directory/open-directory.ts';
import { type LogState, type RecordState, readState } from './line.ts';
import { notAFile, openFile, readFile } from './log-file.ts';

/** A session's open file, and its state. */
export interface SessionLog {
  readonly key: string;
  readonly path: string;
  readonly file: number;
  state: SessionState;
}

/** The state of a log, taking into account the other file involved in a move. */
export type SessionState =
  | Exclude<LogState, { kind: 'continued' }>
  /** A record that is moving here from another key and is not a session yet. */
  | (Omit<RecordState, 'kind'> & { readonly kind: 'arriving'; readonly size: number });

const none: ReadonlySet<string> = new Set();

/** The state of a session's log; `undefined` if it has no file. Never waits. */
export function readLog(directory: SessionDirectory, key: string): SessionState | undefined {
  const log = openLog(directory, key, 'read');
  if (log && log.file !== notAFile) closeSync(log.file);
  return log?.state;
}

/**
 * Opens a session's log; `undefined` if it has no file.
 *
 * @param mode `create` creates a missing file. Every mode except reading also removes anything that is not a regular file, and
 * finishes the rename of a file that the log continues in.
 */
export function openLog(
  directory: SessionDirectory,
  key: string,
  mode: 'read' | 'write' | 'create',
): SessionLog | undefined {
  const path = directory.layout.record(key);
  /** Successors already looked for. If a line still names one of them, that file does not exist, and the line before it counts. */
  let seen: ReadonlySet<string> = none;
  for (let successor: string | undefined; ; ) {
    const from = successor ? join(dirname(path), successor) : path;
    const file =
      mode === 'create' ? directory.create(path, () => openFile(path, mode)) : openFile(from, mode);
    if (file === undefined) {
      if (successor === undefined) {
        directory.assertExists();
        return undefined;
      }
      // Another process has just finished the rename.
      successor = undefined;
      continue;
    }
    let log: SessionLog | undefined;
    try {
      const bytes = file === notAFile ? undefined : readFile(file);
      const found = bytes && readState(bytes, seen);
      if (found?.kind === 'continued') {
        seen = new Set(seen).add(found.successor);
        const next = join(dirname(path), found.successor);
        // A reader follows the line; a writer finishes the rename first.
        const isNext = isSuccessorOf(found.successor, path) && isWhole(next);
        if (isNext && mode === 'read') successor = found.successor;
        else if (isNext) ifExists(() => renameSync(next, path));
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
 * The state of the session under `key`: `changed` if the file must be read again, and `undefined` if the file belongs to another key
 * with the same file name, which is possible because 43 characters hold two bits more than a hash.
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
  // Either the move can no longer happen, or it has happened, and a confirming line was appended before the mark was replaced.
  return fstatSync(file).size === size ? { kind: 'ended', size } : 'changed';
}

function isSuccessorOf(name: string, path: string): boolean {
  return readFileName(name).kind === 'successor' && name.startsWith(`${basename(path)}.`);
}

/** Whether a successor exists and is complete. After a copy of the directory or a power cut it may be missing. */
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
