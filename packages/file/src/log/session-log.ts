import { randomBytes } from 'node:crypto';
import { closeSync, fdatasync, fstatSync, openSync, renameSync, unlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type Awaitable, type SessionRecord, StoreError } from '@store/core/driver';
import { errorCode, makeFolder, removeIfExists, syncFolder } from '../directory/files.ts';
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

const flush = promisify(fdatasync);

/** How often work is done again that others overtake, before its caller is told. */
const mostAttempts = 1000;

/** Returned by work on a log when another process appended to it first. */
export const overtaken: unique symbol = Symbol('overtaken');

/** Turns the outcome of a write into that of the work on a log. */
export function orOvertaken(written: Awaitable<boolean>): Awaitable<true | typeof overtaken> {
  if (written instanceof Promise) return written.then((done) => done || overtaken);
  return (written as boolean) || overtaken;
}

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

/** What to do where something that is no file is in a session's place: leave it, or remove it. */
type Mode = 'write' | 'create' | 'remove';

/** Reads and writes the logs of a session directory: a log and its successors are one here, and so are the two files of a move. */
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

  /** Reads a session without waiting for anybody. `undefined` when it has no file. */
  read(key: string): SessionState | undefined {
    const log = this.#open(key, 'read');
    if (log) closeFile(log.file);
    return log?.state;
  }

  /**
   * Runs `work` on a session's log, again each time that another process was first.
   *
   * @param mode `create` makes the file if there is none. Otherwise `work` gets `undefined` then.
   */
  write<T>(
    key: string,
    mode: Mode,
    work: (log: SessionLog | undefined) => Awaitable<T | typeof overtaken>,
    attempts = 1,
  ): Awaitable<T> {
    for (let attempt = attempts; attempt <= mostAttempts; attempt++) {
      const log = this.#open(key, mode);
      let result: Awaitable<T | typeof overtaken> = overtaken;
      try {
        result = work(log);
      } finally {
        if (log && !(result instanceof Promise)) closeSync(log.file);
      }
      if (result instanceof Promise) {
        return result
          .finally(() => log && closeSync(log.file))
          .then((value) => (value === overtaken ? this.write(key, mode, work, attempt + 1) : value));
      }
      if (result !== overtaken) return result as T;
    }
    throw new StoreError(
      'UNAVAILABLE',
      `[@store/file] Other processes wrote to the session each of the ${mostAttempts} times that it was to be written. Try again.`,
    );
  }

  /**
   * Makes a record the state of its log, by appending it or, when the file has no room left, in a new file.
   *
   * @returns `false`, and nothing written, when another process was first
   */
  put(log: SessionLog, record: SessionRecord, link?: Link): Awaitable<boolean> {
    const { file, state } = log;
    const at = state.size;
    const line = recordLine(at, record, link);
    if (state.kind === 'ended' || !hasRoom(at, line.length)) return this.continue(log, record, link);
    try {
      if (!this.#append(log, line)) return false;
    } catch (error) {
      if (state.kind === 'empty') removeUnused(log);
      throw error;
    }
    log.state = { kind: 'record', record, link, at, length: line.length, size: at + line.length };
    // What is still arriving keeps the time of the write, by which it is found when the move was never finished.
    if (link?.kind !== 'from') hintExpiry(file, record.expiresAt);
    return this.#durable ? this.#flushOrUndo(log, state) : true;
  }

  /** Changes when a record expires. @returns `false` when another process was first */
  extend(
    log: SessionLog,
    state: RecordState & { readonly size: number },
    expiresAt: number,
  ): Awaitable<boolean> {
    const { length } = touchLine(state.size, expiresAt, state);
    return hasRoom(state.size, length, state.length)
      ? this.touch(log, state, expiresAt)
      : this.continue(log, { ...state.record, expiresAt }, linkToKeep(state));
  }

  /** The same without looking for room. With the expiry that is there it changes nothing but makes every other write lose. */
  touch(log: SessionLog, state: RecordState & { readonly size: number }, expiresAt: number): boolean {
    if (!this.#append(log, touchLine(state.size, expiresAt, state))) return false;
    hintExpiry(log.file, expiresAt);
    return true;
  }

  /**
   * Continues a log in a new file with this record: writes it under a name of its own, says so in the old file, and renames it
   * over that. The line in the old file is the step that counts. Whoever finds it can do the rename.
   *
   * @returns `false`, and nothing written, when another process was first
   */
  continue(log: SessionLog, record: SessionRecord, link?: Link): Awaitable<boolean> {
    const name = `${basename(log.path)}.${this.#token}.${++this.#count}.next`;
    const successor = join(dirname(log.path), name);
    const file = openSync(successor, 'ax', 0o600);
    const commit = (): boolean => {
      if (!this.#append(log, successorLine(log.state.size, name))) return false;
      try {
        renameSync(successor, log.path);
        hintExpiry(file, record.expiresAt);
      } catch {
        // It counts all the same.
      }
      return true;
    };
    let committed = false;
    const end = () => {
      closeSync(file);
      if (!committed) removeIfExists(successor);
    };
    let isLeftToPromise = false;
    try {
      appendLine(file, 0, recordLine(0, record, link));
      if (!this.#durable) {
        committed = commit();
        return committed;
      }
      isLeftToPromise = true;
      return this.#commitDurably(file, log, () => (committed = commit())).finally(end);
    } finally {
      if (!isLeftToPromise) end();
    }
  }

  async #commitDurably(file: number, log: SessionLog, commit: () => boolean): Promise<boolean> {
    await flush(file);
    if (!commit()) return false;
    await flush(log.file);
    await syncFolder(dirname(log.path));
    return true;
  }

  /**
   * Says that a session has ended. Where the disk is full, so that not even a line fits, that is left out: a logout must be possible.
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

  /** To be called before a mark is replaced: it alone tells that what is arriving under the other key is the session by now. */
  #confirmTarget(mark: SessionState): void {
    if (mark.kind !== 'record' || mark.link?.kind !== 'to') return;
    const { version } = mark.record;
    this.write(mark.link.key, 'write', (log) => {
      const state = log?.state;
      if (!log || state?.kind !== 'record' || state.link?.kind !== 'from') return true;
      return (
        state.link.markVersion !== version || this.touch(log, state, state.record.expiresAt) || overtaken
      );
    });
  }

  /** What the disk refused to keep must not be found: it could be gone after a power cut. */
  async #flushOrUndo(log: SessionLog, before: SessionState): Promise<true> {
    try {
      await flush(log.file);
      if (before.kind === 'empty') await syncFolder(dirname(log.path));
      return true;
    } catch (error) {
      if (before.kind === 'record') {
        this.#append(log, recordLine(log.state.size, before.record, linkToKeep(before)));
      } else if (this.end(log)) {
        removeIfExists(log.path);
      }
      throw error;
    }
  }

  #open(key: string, mode: Mode | 'read'): SessionLog | undefined {
    const path = this.#directory.layout.record(key);
    const missing = new Set<string>();
    /** The name of the file that continues the log, if that is where to read. */
    let successor: string | undefined;
    for (;;) {
      const file = openOrMakeFolder(successor ? join(dirname(path), successor) : path, mode);
      if (file === undefined) {
        if (successor === undefined) {
          this.#directory.assertExists();
          return undefined;
        }
        // It has been renamed meanwhile. If it has not, a copy of the directory was made between the line and the rename.
        missing.add(successor);
        successor = undefined;
        continue;
      }
      let log: SessionLog | undefined;
      try {
        const bytes = file === notAFile ? undefined : readFile(file);
        if (bytes === undefined) {
          if (mode === 'write') return undefined;
          if (mode === 'read') {
            log = { key, path, file, state: { kind: 'damaged', size: 0 } };
            return log;
          }
          unlinkSync(path);
          continue;
        }
        const found = readState(bytes, missing);
        if (found.kind === 'continued') {
          const next = basename(found.successor);
          if (mode === 'read') successor = successor === undefined ? next : undefined;
          else if (!renameIfExists(join(dirname(path), next), path)) missing.add(found.successor);
          continue;
        }
        const state = this.#stateUnder(key, file, found);
        if (state === 'changed') continue;
        if (state) log = { key, path, file, state };
        return log;
      } finally {
        if (log === undefined) closeFile(file);
      }
    }
  }

  /**
   * What a file says about the session under `key`.
   *
   * @returns `changed` when it has to be read again; `undefined` when the key only looks like the one that the file is for
   */
  #stateUnder(
    key: string,
    file: number,
    state: Exclude<LogState, { kind: 'continued' }>,
  ): SessionState | 'changed' | undefined {
    if (state.kind !== 'record') return state;
    if (state.record.key !== key) {
      // 43 characters hold two bits more than a hash, so four keys share a file name.
      return keyOfName(nameOfKey(key)) === key ? { kind: 'damaged', size: state.size } : undefined;
    }
    const { link, size } = state;
    if (link?.kind !== 'from') return state;
    const origin = this.read(link.key);
    if (origin?.kind === 'record') {
      if (origin.record.version === link.markVersion) return state;
      if (origin.record.version === link.version) return { ...state, kind: 'arriving' };
    }
    // Either the move can never happen now, or it has, and a line that says so was appended before the mark was removed.
    return fstatSync(file).size === size ? { kind: 'ended', size } : 'changed';
  }
}

function openOrMakeFolder(path: string, mode: Mode | 'read'): number | undefined {
  if (mode !== 'create') return openFile(path, mode === 'remove' ? 'write' : mode);
  try {
    return openFile(path, mode);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    makeFolder(dirname(path));
    return openFile(path, mode);
  }
}

function closeFile(file: number): void {
  if (file !== notAFile) closeSync(file);
}

/** Takes a new file away that no line could be written to, so that a full disk does not fill with them. */
function removeUnused({ file, path }: SessionLog): void {
  const bytes = readFile(file);
  if (bytes && readState(bytes).kind !== 'record') removeIfExists(path);
}

/** @returns `false` when there is nothing to rename, for another process has done it */
function renameIfExists(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
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
