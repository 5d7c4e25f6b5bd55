import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  openSync,
  renameSync,
  unlinkSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { SessionRecord } from '@store/core/driver';
import { ifExists, syncFolder, systemErrorCode } from '../directory/files.ts';
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

/** Returned by work on a log when another process appended first. The work is repeated with the new state. */
export const overtaken: unique symbol = Symbol('overtaken');
export type Overtaken = typeof overtaken;

/** In bytes: the checksum, and three numbers of at most 16 digits. */
const longestTouch = 64;

type SizedRecord = RecordState & { readonly size: number };

/** The logs of a session directory. Callers see one log per session, even if it continues in another file. */
export class SessionLogs {
  readonly #directory: SessionDirectory;
  readonly #durable: boolean;
  /** Never used by any other store, now or later. */
  readonly #token = randomBytes(8).toString('hex');
  #count = 0;

  constructor(directory: SessionDirectory, durable: boolean) {
    this.#directory = directory;
    this.#durable = durable;
  }

  read(key: string): SessionState | undefined {
    return readLog(this.#directory, key);
  }

  /** Runs work on a session's log, and repeats it each time another process appended first. `create` creates a missing file. */
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

  /** The same for work that never waits. */
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

  /** Makes a record the state of a log. @returns `false`, with nothing written, if another process got there first */
  *put(log: SessionLog, record: SessionRecord, link?: Link): Steps<boolean> {
    const { file, path, state } = log;
    const at = state.size;
    const line = recordLine(at, record, link);
    if (state.kind === 'ended' || !hasRoom(at, line.length)) return yield* this.continue(log, record, link);
    if (this.#append(log, line) !== true) return false;
    log.state = { kind: 'record', record, link, at, length: line.length, size: at + line.length };
    // A record that is still arriving keeps the time of the write, which shows how long the move has been unfinished.
    if (link?.kind !== 'from') hintExpiry(file, record.expiresAt);
    yield* this.#flushOrUndo(log, state, record.version, state.kind === 'empty' ? dirname(path) : undefined);
    return true;
  }

  /** With `durable`, waits until a log and the names in a folder are on disk. */
  *flush(log: SessionLog | undefined, folder?: string): Steps<void> {
    if (this.#durable && log) yield flush(log.file);
    if (this.#durable && folder) yield syncFolder(folder);
  }

  /**
   * Continues a log in a new file: writes the record there, appends a line that names the new file to the old one, and renames the
   * new file over the old one. The line is the commit; any process that finds it can finish the rename.
   *
   * @returns `false`, with nothing written, if another process got there first
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
      // A move cannot be undone: without the mark, the session would be under both keys.
      if (link?.kind === 'to') yield* this.flush(log, dirname(log.path));
      else yield* this.#flushOrUndo(log, log.state, record.version, dirname(log.path));
      return true;
    } finally {
      closeSync(file);
      if (!counts) ifExists(() => unlinkSync(successor));
    }
  }

  /** Changes when a record expires. @returns `false` if another process got there first */
  *extend(log: SessionLog, state: SizedRecord, expiresAt: number): Steps<boolean> {
    if (hasRoom(state.size, longestTouch, state.length)) return this.touch(log, state, expiresAt);
    return yield* this.continue(log, { ...state.record, expiresAt }, linkToKeep(state));
  }

  /** The same without checking for room. With an unchanged expiry, its only effect is that other writers lose. */
  touch(log: SessionLog, state: SizedRecord, expiresAt = state.record.expiresAt): boolean {
    if (this.#append(log, touchLine(state.size, expiresAt, state)) !== true) return false;
    hintExpiry(log.file, expiresAt);
    return true;
  }

  /**
   * Appends the line that ends a session.
   *
   * @returns `false` if another process got there first; `full` if the disk has no room for the line
   */
  end(log: SessionLog): boolean | 'full' {
    this.#confirmTarget(log.state);
    try {
      const { size } = log.state;
      return appendLine(log.file, size, endLine(size, `${this.#token}.${++this.#count}`)) === true;
    } catch (error) {
      if (!/^(ENOSPC|EDQUOT|EFBIG)$/.test(systemErrorCode(error) ?? '')) throw error;
      return fstatSync(log.file).nlink > 0 && 'full';
    }
  }

  #append(log: SessionLog, line: Buffer): boolean | 'unlinked' {
    this.#confirmTarget(log.state);
    return appendLine(log.file, log.state.size, line);
  }

  /** Called before a mark is replaced: until then, only the mark shows that the record under the other key is the session. */
  #confirmTarget(mark: SessionState): void {
    if (mark.kind !== 'record' || mark.link?.kind !== 'to') return;
    const { version } = mark.record;
    this.writeNow(mark.link.key, (log) => {
      const state = log?.state;
      if (!log || state?.kind !== 'record' || state.link?.kind !== 'from') return true;
      if (state.link.markVersion !== version) return true;
      if (!this.touch(log, state)) return overtaken;
      // A power cut must not lose both the mark and this line.
      if (this.#durable) fdatasyncSync(log.file);
      return true;
    });
  }

  /**
   * With `durable`, waits until a write is on the disk. If the flush fails, the write could be lost in a power cut, so it is undone:
   * replaced with the previous content under a new version, unless another process has built on it.
   */
  *#flushOrUndo(log: SessionLog, before: SessionState, version: number, folder?: string): Steps<void> {
    try {
      yield* this.flush(log, folder);
    } catch (error) {
      this.writeNow(log.key, (now) => {
        if (now?.state.kind !== 'record' || now.state.record.version !== version) return true;
        if (before.kind !== 'record')
          return this.end(now) === false ? overtaken : ifExists(() => unlinkSync(now.path));
        const record = { ...before.record, version: drawVersion() };
        return this.#append(now, recordLine(now.state.size, record, linkToKeep(before))) || overtaken;
      });
      throw error;
    }
  }
}

export function drawVersion(): number {
  return randomBytes(6).readUIntBE(0, 6);
}

function finishContinuing(file: number, successor: string, path: string, expiresAt: number): void {
  try {
    renameSync(successor, path);
    hintExpiry(file, expiresAt);
  } catch {
    // The line counts nevertheless; the next writer finishes the rename.
  }
}
