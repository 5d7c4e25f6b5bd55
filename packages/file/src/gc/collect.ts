import { lstatSync, type Stats, unlinkSync } from 'node:fs';
import type { Awaitable, RecordStorage } from '@store/core/driver';
import { removeIfExists } from '../directory/files.ts';
import { keyOfName, type Layout, readFileName } from '../directory/layout.ts';
import { hintExpiry } from '../log/log-file.ts';
import {
  linkToKeep,
  orOvertaken,
  overtaken,
  recordIn,
  type SessionLog,
  type SessionLogs,
} from '../log/session-log.ts';
import { endLog } from '../sessions/end.ts';
import { drawVersion } from '../sessions/move.ts';
import { createYield } from '../sessions/yield.ts';
import type { SubjectIndex } from '../subjects/subject-index.ts';
import type { FolderWalk } from './folder-walk.ts';

interface Parts {
  layout: Layout;
  logs: SessionLogs;
  index: SubjectIndex;
  walk: FolderWalk;
}

/** How many files one call looks at: a tenth of a second of work, a quarter of a millisecond at a time. */
const mostVisits = 10_000;

const minute = 60_000;
const hour = 60 * minute;
/** A file that cannot be read stays so long, so that one can find out what happened. */
const day = 24 * hour;

/**
 * Removes what has expired, and what crashes have left: ended sessions whose file is still there, records that never arrived, new files
 * that no log continues in, markers without a session and sessions without a marker.
 */
export function createDeleteExpired({ layout, logs, index, walk }: Parts): RecordStorage['deleteExpired'] {
  /** @returns how many sessions were removed */
  function visitRecord(path: string, name: string, now: number): Awaitable<number> {
    const found = lstatSync(path, { throwIfNoEntry: false });
    // The first round reads all, so that what a power cut has done to the markers is put right.
    if (!found || found.isDirectory()) return 0;
    if (found.mtimeMs > Math.max(now, Date.now()) && walk.round() > 1) return 0;
    if (!found.isFile()) {
      if (isOlder(found, day)) unlinkSync(path);
      return 0;
    }
    const removed = logs.write<boolean>(keyOfName(name), 'write', (log) =>
      log === undefined ? false : visitLog(log, found, now),
    );
    return removed instanceof Promise ? removed.then(Number) : Number(removed);
  }

  function visitLog(log: SessionLog, found: Stats, now: number): Awaitable<boolean | typeof overtaken> {
    const { state, key, file } = log;
    switch (state.kind) {
      case 'record': {
        const { subject, expiresAt } = state.record;
        if (expiresAt <= now) return endLog(logs, index, log) ? recordIn(state) !== undefined : overtaken;
        if (state.link?.kind === 'from') return logs.touch(log, state, expiresAt) ? false : overtaken;
        if (subject !== null && !index.has(subject, key)) index.add(subject, key);
        if (found.mtimeMs <= now) hintExpiry(file, expiresAt);
        return false;
      }
      case 'arriving':
        return isOlder(found, minute) && state.link?.kind === 'from' ? forbidMove(state.link) : false;
      case 'ended':
        // Whoever ended it was killed before it could remove the file. With a line of its own this process may.
        if (isOlder(found, minute)) endLog(logs, index, log);
        return false;
      default:
        if (isOlder(found, day)) endLog(logs, index, log);
        return false;
    }
  }

  /** Gives the session that was to move another version: what was to arrive can be removed then, however late its mover wakes up. */
  async function forbidMove({ key, version }: { key: string; version: number }): Promise<false> {
    await logs.write<boolean>(key, 'write', (log) => {
      if (log?.state.kind !== 'record' || log.state.record.version !== version) return true;
      const { state } = log;
      return orOvertaken(logs.put(log, { ...state.record, version: drawVersion() }, linkToKeep(state)));
    });
    return false;
  }

  function visitMarker(path: string, key: string): void {
    if (!isOlder(lstatSync(path, { throwIfNoEntry: false }), hour) || isMarkerOf(path, key)) return;
    removeIfExists(path);
    // The session may have begun in between.
    const state = logs.read(key);
    const subject = state?.kind === 'record' ? state.record.subject : null;
    if (subject !== null && layout.marker(subject, key) === path) index.add(subject, key);
  }

  function isMarkerOf(path: string, key: string): boolean {
    const state = logs.read(key);
    if (state?.kind === 'damaged' || state?.kind === 'newer') return true;
    if (state?.kind !== 'record' && state?.kind !== 'arriving') return false;
    const { subject } = state.record;
    return subject !== null && layout.marker(subject, key) === path;
  }

  function visitSuccessor(path: string, key: string): void {
    if (!isOlder(lstatSync(path, { throwIfNoEntry: false }), hour)) return;
    // If a log continues in it, opening that for writing renames it. If none does, none must: its writer may wake up.
    logs.write<boolean>(key, 'write', (log) => {
      if (log?.state.kind !== 'record') return true;
      return logs.touch(log, log.state, log.state.record.expiresAt) || overtaken;
    });
    removeIfExists(path);
  }

  function visit(folder: string, name: string, now: number): Awaitable<number> {
    const file = readFileName(name);
    const path = `${folder}/${name}`;
    if (file.kind === 'record') return visitRecord(path, name, now);
    if (file.kind === 'marker') visitMarker(path, file.key);
    if (file.kind === 'successor') visitSuccessor(path, file.key);
    return 0;
  }

  return async (now, limit) => {
    const yieldToOthers = createYield();
    let removed = 0;
    for (let visits = 0; visits < mostVisits && removed < limit; visits++) {
      const found = await walk.next();
      if (found === undefined) break;
      const counted = visit(found.folder, found.name, now);
      removed += typeof counted === 'number' ? counted : await counted;
      const turn = yieldToOthers();
      if (turn) await turn;
    }
    return removed;
  };
}

/** By the machine's clock and the file's, not the application's: this is about leftovers, not about sessions. */
function isOlder(found: Stats | undefined, milliseconds: number): boolean {
  return found !== undefined && Date.now() - found.mtimeMs > milliseconds;
}
