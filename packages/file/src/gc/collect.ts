import { lstatSync, type Stats, unlinkSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ifExists, isMissing } from '../directory/files.ts';
import { keyOfName, type Layout, readFileName } from '../directory/layout.ts';
import { linkToKeep, recordIn } from '../log/line.ts';
import { hintExpiry } from '../log/log-file.ts';
import type { SessionLog } from '../log/open-log.ts';
import { drawVersion, type Overtaken, overtaken, type SessionLogs } from '../log/session-log.ts';
import { run, type Steps } from '../log/steps.ts';
import { endLog } from '../sessions/end.ts';
import { createYield } from '../sessions/yield.ts';
import type { SubjectIndex } from '../subjects/subject-index.ts';

/** How many files one call looks at, yielding every quarter of a millisecond. */
const mostVisits = 10_000;

const minute = 60_000;
const hour = 60 * minute;
/** How long an unreadable file is kept, so that its cause can be found. */
const day = 24 * hour;

/**
 * Removes expired sessions and what crashes leave behind: files of ended sessions, records that never arrived, new files that no log
 * continues in, and markers without a session. Restores missing markers. Each call continues where the previous one stopped.
 */
export function createDeleteExpired(layout: Layout, logs: SessionLogs, index: SubjectIndex) {
  let round = 0;
  /** What is left of this round: folders, and names in the current folder. */
  const folders: string[] = [];
  let folder = '';
  let names: string[] = [];

  /** @returns `undefined` at the end of a round */
  async function readNextFolder(): Promise<string | undefined> {
    if (folders.length === 0 && folder === '') {
      round++;
      for (const parent of [layout.subjects, layout.records]) {
        const shards = (await namesIn(parent)).filter((name) => /^[\da-f]{2}$/.test(name));
        folders.push(...shards.map((name) => join(parent, name)));
      }
    }
    folder = folders.pop() ?? '';
    if (folder === '') return undefined;
    names = await namesIn(folder);
    return folder;
  }

  /** @returns how many sessions were removed */
  function* visit(name: string, now: number): Steps<number> {
    const file = readFileName(name);
    const path = `${folder}/${name}`;
    if (file.kind === 'foreign') return 0;
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (!found || found.isDirectory()) return 0;
    if (file.kind === 'marker') return visitMarker(path, file.key, found);
    if (file.kind === 'successor') return visitSuccessor(path, file.key, found);
    // The first round reads every file, to restore markers that were lost in a power cut.
    if (found.mtimeMs > Math.max(now, Date.now()) && round > 1) return 0;
    const removed = yield* logs.write<boolean>(keyOfName(name), 'write', function* (log) {
      return log !== undefined && (yield* visitLog(log, found, now));
    });
    return removed ? 1 : 0;
  }

  function* visitLog(log: SessionLog, found: Stats, now: number): Steps<boolean | Overtaken> {
    const { state, key, file } = log;
    if (state.kind === 'record') {
      const { subject, expiresAt } = state.record;
      if (expiresAt <= now)
        return endLog(logs, index, log) === true ? recordIn(state) !== undefined : overtaken;
      if (state.link?.kind === 'from') return logs.touch(log, state) ? false : overtaken;
      if (subject !== null && !index.has(subject, key)) index.add(subject, key);
      if (found.mtimeMs <= now) hintExpiry(file, expiresAt);
    } else if (state.kind === 'arriving') {
      if (isOlder(found, minute) && state.link?.kind === 'from') yield* forbidMove(state.link);
    } else if (isOlder(found, state.kind === 'ended' ? minute : day)) {
      // The file still exists because the process that ended the session was killed. Appending another E entitles us to remove it.
      endLog(logs, index, log);
    }
    return false;
  }

  /** Gives the session a new version, so that the unfinished move can no longer happen, however late its process wakes up. */
  const forbidMove = ({ key, version }: { key: string; version: number }) =>
    logs.write<true>(key, 'write', function* (log) {
      if (log?.state.kind !== 'record' || log.state.record.version !== version) return true;
      const { record } = log.state;
      const link = linkToKeep(log.state);
      return (yield* logs.put(log, { ...record, version: drawVersion() }, link)) || overtaken;
    });

  function visitMarker(path: string, key: string, found: Stats): 0 {
    const isNeeded = () => {
      const state = logs.read(key);
      if (state?.kind === 'damaged' || state?.kind === 'newer') return true;
      const subject = state && 'record' in state ? state.record.subject : null;
      return subject !== null && layout.marker(subject, key) === path && subject;
    };
    if (!isOlder(found, hour) || isNeeded()) return 0;
    ifExists(() => unlinkSync(path));
    // The session may have been created since.
    const subject = isNeeded();
    if (typeof subject === 'string') index.add(subject, key);
    return 0;
  }

  function visitSuccessor(path: string, key: string, found: Stats): 0 {
    if (!isOlder(found, hour)) return 0;
    const isUseless = logs.writeNow(key, (log) => {
      // Opening the log has finished the rename if the log continues in this file. If it does not, make the writer lose.
      if (log?.state.kind === 'record') return logs.touch(log, log.state) || overtaken;
      return log === undefined;
    });
    if (isUseless) ifExists(() => unlinkSync(path));
    return 0;
  }

  async function collect(now: number, limit: number): Promise<number> {
    const yieldToOthers = createYield();
    let removed = 0;
    for (let visits = 0; visits < mostVisits && removed < limit; visits++) {
      while (names.length === 0) if ((await readNextFolder()) === undefined) return removed;
      const found = run(visit(names.pop() as string, now));
      removed += typeof found === 'number' ? found : await found;
      const turn = yieldToOthers();
      if (turn) await turn;
    }
    return removed;
  }

  /** Calls run one after the other, because they share the rest of the round. */
  let last: Promise<unknown> = Promise.resolve();
  return (now: number, limit: number): Promise<number> => {
    const counted = last.then(() => collect(now, limit));
    last = counted.catch(() => {});
    return counted;
  };
}

/** By the machine's clock, not the application's: this is about leftover files, not sessions. */
function isOlder({ mtimeMs }: Stats, milliseconds: number): boolean {
  return Date.now() - mtimeMs > milliseconds;
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error) => {
    if (isMissing(error)) return [];
    throw error;
  });
}
