import { randomBytes } from 'node:crypto';
import { closeSync, fdatasync, fstatSync, openSync, renameSync, unlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { SessionRecord } from '@store/core/driver';
import { errorCode, ifExists, syncFolder } from '../directory/files.ts';
import { keyOfName, nameOfKey } from '../directory/layout.ts';
import type { SessionDirectory } from '../directory/open-directory.ts';
import {
  endLine,
  type Link,
  type LogState,
  type RecordState,
  readState,
  recordLine,
  successorLine,
  touchLine,
} from './line.ts';
import { appendLine, hasRoom, hintExpiry, notAFile, openFile, readFile } from './log-file.ts';
import type { Steps } from './steps.ts';

const flush = promisify(fdatasync);

/** Returned by work on a log to which another process has appended first: it is done again with what that has written. */
export const overtaken: unique symbol = Symbol('overtaken');
export type Overtaken = typeof overtaken;

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

type SizedRecord = RecordState & { readonly size: number };

/** The logs of a session directory. What takes two files, a log that continues in another or a move, looks like one here. */
export class SessionLogs {
  readonly #directory: SessionDirectory;
  readonly #durable: boolean;
  /** No other store has it, and none will. */
  readonly #token = randomBytes(8).toString('hex');
  #count = 0;

  constructor(directory: SessionDirectory, durable: boolean) {
    this.#directory = directory;
    this.#durable = durable;
  }

  /** What a session's log says; `undefined` when it has none. Waits for nobody. */
  read(key: string): SessionState | undefined {
    const log = this.#open(key, 'read');
    if (log && log.file !== notAFile) closeSync(log.file);
    return log?.state;
  }

  /** Does work on a session's log, again each time another process is first. `create` makes the file if there is none. */
  *write<T>(
    key: string,
    mode: 'write' | 'create',
    work: (log: SessionLog | undefined) => Steps<T | Overtaken>,
  ): Steps<T> {
    for (;;) {
      const log = this.#open(key, mode);
      try {
        const result = yield* work(log);
        if (result !== overtaken) return result as T;
      } finally {
        if (log) closeSync(log.file);
      }
    }
  }

  /** The same for work that waits for nothing. */
  writeNow<T>(key: string, work: (log: SessionLog | undefined) => T | Overtaken): T {
    for (;;) {
      const log = this.#open(key, 'write');
      try {
        const result = work(log);
        if (result !== overtaken) return result as T;
      } finally {
        if (log) closeSync(log.file);
      }
    }
  }

  /** Makes a record what the log says. @returns `false`, and nothing written, when another process was first */
  *put(log: SessionLog, record: SessionRecord, link?: Link): Steps<boolean> {
    const { file, path, state } = log;
    const at = state.size;
    const line = recordLine(at, record, link);
    if (state.kind === 'ended' || !hasRoom(at, line.length)) return yield* this.continue(log, record, link);
    if (!this.#append(log, line)) return false;
    log.state = { kind: 'record', record, link, at, length: line.length, size: at + line.length };
    // What is still arriving keeps the time of the write, by which it is found if the move is never finished.
    if (link?.kind !== 'from') hintExpiry(file, record.expiresAt);
    try {
      yield* this.flush(log, state.kind === 'empty' ? dirname(path) : undefined);
    } catch (error) {
      this.#undo(log, state);
      throw error;
    }
    return true;
  }

  /** With `durable`, waits until a log and the names in a folder are on the disk. */
  *flush(log: SessionLog | undefined, folder?: string): Steps<void> {
    if (this.#durable && log) yield flush(log.file);
    if (this.#durable && folder) yield syncFolder(folder);
  }

  /**
   * Continues a log in a new file: writes the record there, says so in the old file, and renames the new one over it. The line in
   * the old file is the step that counts, and whoever finds it can do the rename.
   *
   * @returns `false`, and nothing written, when another process was first
   */
  *continue(log: SessionLog, record: SessionRecord, link?: Link): Steps<boolean> {
    const name = `${basename(log.path)}.${this.#token}.${++this.#count}.next`;
    const successor = join(dirname(log.path), name);
    const file = openSync(successor, 'ax', 0o600);
    let counts = false;
    try {
      appendLine(file, 0, recordLine(0, record, link));
      if (this.#durable) yield flush(file);
      counts = this.#append(log, successorLine(log.state.size, name));
      if (!counts) return false;
      finishContinuing(file, successor, log.path, record.expiresAt);
      yield* this.flush(log, dirname(log.path));
      return true;
    } finally {
      closeSync(file);
      if (!counts) ifExists(() => unlinkSync(successor));
    }
  }

  /** Changes when a record expires. @returns `false` when another process was first */
  *extend(log: SessionLog, state: SizedRecord, expiresAt: number): Steps<boolean> {
    const { length } = touchLine(state.size, expiresAt, state);
    if (hasRoom(state.size, length, state.length)) return this.touch(log, state, expiresAt);
    return yield* this.continue(log, { ...state.record, expiresAt }, linkToKeep(state));
  }

  /** The same, whatever room there is. With the expiry that is there it changes nothing but lets every other writer be overtaken. */
  touch(log: SessionLog, state: SizedRecord, expiresAt = state.record.expiresAt): boolean {
    if (!this.#append(log, touchLine(state.size, expiresAt, state))) return false;
    hintExpiry(log.file, expiresAt);
    return true;
  }

  /**
   * Says that a session has ended. On a disk too full for the line its file is just removed: a logout must be possible.
   *
   * @returns `false` when another process was first
   */
  end(log: SessionLog): boolean {
    this.#confirmTarget(log.state);
    try {
      return appendLine(log.file, log.state.size, endLine(log.state.size, `${this.#token}.${++this.#count}`));
    } catch (error) {
      if (/^(ENOSPC|EDQUOT|EFBIG)$/.test(errorCode(error) ?? '')) return true;
      throw error;
    }
  }

  #append(log: SessionLog, line: Buffer): boolean {
    this.#confirmTarget(log.state);
    return appendLine(log.file, log.state.size, line);
  }

  /** Before a mark is replaced, since it alone tells that what is arriving under the other key is the session by now. */
  #confirmTarget(mark: SessionState): void {
    if (mark.kind !== 'record' || mark.link?.kind !== 'to') return;
    const { version } = mark.record;
    this.writeNow(mark.link.key, (log) => {
      const state = log?.state;
      if (!log || state?.kind !== 'record' || state.link?.kind !== 'from') return true;
      return state.link.markVersion !== version || this.touch(log, state) || overtaken;
    });
  }

  /** What the disk refused to keep must not be found: it could be gone after a power cut. */
  #undo(log: SessionLog, before: SessionState): void {
    if (before.kind === 'record') {
      this.#append(log, recordLine(log.state.size, before.record, linkToKeep(before)));
    } else if (this.end(log)) {
      ifExists(() => unlinkSync(log.path));
    }
  }

  #open(key: string, mode: 'read' | 'write' | 'create'): SessionLog | undefined {
    const path = this.#directory.layout.record(key);
    let missing = none;
    /** The files that the log continues in, one in the other. Only readers follow them: writers first rename them. */
    let followed = none;
    for (let successor: string | undefined; ; ) {
      const from = successor ? join(dirname(path), successor) : path;
      const file = this.#directory.create(path, () => openFile(from, mode));
      if (file === undefined && successor === undefined) {
        this.#directory.assertExists();
        return undefined;
      }
      if (file === undefined) {
        // It was renamed meanwhile; or never will be, for a copy of the directory was made between the line and the rename.
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
          const isThere = mode === 'read' ? !followed.has(name) : renameIfExists(next, path);
          if (!isThere) missing = new Set(missing).add(name);
          else if (mode === 'read') {
            followed = new Set(followed).add(name);
            successor = name;
          }
        } else if (found) {
          const state = this.#stateUnder(key, file, found);
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
  #stateUnder(
    key: string,
    file: number,
    state: Exclude<LogState, { kind: 'continued' }>,
  ): SessionState | 'changed' | undefined {
    if (state.kind !== 'record') return state;
    const { link, record, size } = state;
    if (record.key !== key) return keyOfName(nameOfKey(key)) === key ? { kind: 'damaged', size } : undefined;
    if (link?.kind !== 'from') return state;
    const origin = this.read(link.key);
    if (origin?.kind === 'record') {
      if (origin.record.version === link.markVersion) return state;
      if (origin.record.version === link.version) return { ...state, kind: 'arriving' };
    }
    // Either the move can never happen now, or it has, and a line that says so was appended before the mark was replaced.
    return fstatSync(file).size === size ? { kind: 'ended', size } : 'changed';
  }
}

function finishContinuing(file: number, successor: string, path: string, expiresAt: number): void {
  try {
    renameSync(successor, path);
    hintExpiry(file, expiresAt);
  } catch {
    // The line counts all the same, and the next writer tries again.
  }
}

function renameIfExists(from: string, to: string): boolean {
  const renamed = ifExists(() => {
    renameSync(from, to);
    return true;
  });
  return renamed ?? false;
}

/** Of the links only that of a mark outlives the line it was written with. */
export function linkToKeep({ link }: RecordState): Link | undefined {
  return link?.kind === 'to' ? link : undefined;
}

/** The record that a log holds for everybody else. */
export function recordIn({ record, link }: RecordState): SessionRecord | undefined {
  if (link?.kind !== 'to') return record;
  return record.payload === '' ? undefined : { ...record, subject: null };
}
