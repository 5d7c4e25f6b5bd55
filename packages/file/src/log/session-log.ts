import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fdatasync, openSync, renameSync, unlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { SessionRecord } from '@store/core/driver';
import { errorCode, ifExists, syncFolder } from '../directory/files.ts';
import type { SessionDirectory } from '../directory/open-directory.ts';
import {
  endLine,
  type Link,
  linkToKeep,
  type RecordState,
  recordLine,
  successorLine,
  touchLine,
} from './line.ts';
import { appendLine, hasRoom, hintExpiry } from './log-file.ts';
import { openLog, readLog, type SessionLog, type SessionState } from './open-log.ts';
import type { Steps } from './steps.ts';

const flush = promisify(fdatasync);

/** Returned by work on a log to which another process has appended first: it is done again with what that has written. */
export const overtaken: unique symbol = Symbol('overtaken');
export type Overtaken = typeof overtaken;

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

  read(key: string): SessionState | undefined {
    return readLog(this.#directory, key);
  }

  /** Does work on a session's log, again each time another process is first. `create` makes the file if there is none. */
  *write<T>(
    key: string,
    mode: 'write' | 'create',
    work: (log: SessionLog | undefined) => Steps<T | Overtaken>,
  ): Steps<T> {
    for (;;) {
      const log = openLog(this.#directory, key, mode);
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
      const log = openLog(this.#directory, key, 'write');
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
    if (this.#append(log, line) !== true) return false;
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
      const appended = this.#append(log, successorLine(log.state.size, name));
      counts = appended === 'unlinked' ? !existsSync(successor) : appended;
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
    if (this.#append(log, touchLine(state.size, expiresAt, state)) !== true) return false;
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
      const { size } = log.state;
      return appendLine(log.file, size, endLine(size, `${this.#token}.${++this.#count}`)) === true;
    } catch (error) {
      if (/^(ENOSPC|EDQUOT|EFBIG)$/.test(errorCode(error) ?? '')) return true;
      throw error;
    }
  }

  #append(log: SessionLog, line: Buffer): boolean | 'unlinked' {
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
}

function finishContinuing(file: number, successor: string, path: string, expiresAt: number): void {
  try {
    renameSync(successor, path);
    hintExpiry(file, expiresAt);
  } catch {
    // The line counts all the same, and the next writer tries again.
  }
}
