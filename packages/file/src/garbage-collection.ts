import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { RecordStorage } from '@store/core/driver';
import { createFolderWalk, type Folder } from './folder-walk.ts';
import { lockOf, readFileName } from './layout.ts';
import { readHolder, removeDeadOwners } from './owner.ts';
import { createRecordVisit, olderThan, type RecordVisitParts } from './record-visit.ts';
import type { SessionDirectory } from './session-directory.ts';
import { removeIfThere } from './session-files.ts';
import { createTimeSlice } from './time-slice.ts';

interface GarbageCollectionParts extends Omit<RecordVisitParts, 'owner'> {
  directory: SessionDirectory;
}

/** How many files one call looks at: a tenth of a second of work, a quarter of a millisecond at a time. */
const mostVisits = 10_000;

/** What another process writes can make a session end earlier than this one knows: in so many rounds all is looked at afresh. */
const roundsToBelieve = 8;

const hour = 3600 * 1000;

/**
 * Removes what has expired, and what crashes have left: locks, temporary files, half-done moves, markers without a session
 * and sessions without a marker. Nothing here waits for a lock; what somebody is working on is looked at next time.
 */
export function createGarbageCollection(parts: GarbageCollectionParts): RecordStorage['deleteExpired'] {
  const { directory, locks, due } = parts;
  const { layout, owner } = directory;
  const visitRecord = createRecordVisit(layout, { ...parts, owner });
  let round = 0;
  const walk = createFolderWalk(layout, beginRound, enterFolder);

  function beginRound(): void {
    removeDeadOwners(layout.owners, owner.identity);
    round++;
  }

  function enterFolder({ path, names }: Folder): void {
    if (dirname(path) !== layout.records) return;
    const shard = Number.parseInt(basename(path), 16);
    due.enter(shard, names.length, shard % roundsToBelieve === round % roundsToBelieve);
  }

  function visit(folder: string, name: string, now: number): number {
    const file = readFileName(name);
    if (file.kind === 'record' && due.isLater(name, now)) return 0;
    const path = `${folder}/${name}`;
    // What a power cut has done is found in the first round after the start.
    if (file.kind === 'record') return visitRecord(path, name, now, round === 1);
    if (file.kind === 'marker' && !existsSync(layout.record(file.key))) removeMarker(path, file.key);
    if (file.kind === 'lock') locks.clearIfStale(path);
    if (file.kind === 'temporary' && isLeftover(path, file.token)) removeIfThere(path);
    return 0;
  }

  function removeMarker(path: string, key: string): void {
    const record = layout.record(key);
    locks.holdIfFree([lockOf(record), layout.subjectLockOf(path)], () => {
      if (!existsSync(record)) removeIfThere(path);
    });
  }

  /** Temporary files live for milliseconds, however long the disk takes for less than an hour. */
  function isLeftover(path: string, token: string): boolean {
    const holder = readHolder(join(layout.owners, token), owner.identity);
    return holder === undefined || holder.life === 'dead' || olderThan(path, hour);
  }

  return async (now, limit) => {
    const breathe = createTimeSlice();
    let removed = 0;
    let visits = 0;
    await directory.write(async () => {
      while (visits < mostVisits && removed < limit) {
        const folder = await walk.folder();
        if (folder === undefined) return;
        while (visits < mostVisits && removed < limit) {
          const name = folder.names.pop();
          if (name === undefined) break;
          visits++;
          removed += visit(folder.path, name, now);
          const turn = breathe();
          if (turn) await turn;
        }
      }
    });
    return removed;
  };
}
