import type { SessionRecord } from '../contract/drivers.ts';
import { createRecordVersion } from './payload.ts';
import { isSessionKey } from './session-id.ts';

/** How long a moved session's old id keeps leading to it, in milliseconds. */
export const markLife = 60_000;

/** The fixed start of every mark's payload. Later versions may add fields only after `v` and `moved`. */
const beginning = '{"v":1,"moved":';

/**
 * The record that stays under the old key when a session moves: it names the new key and holds none of the session's content.
 * It is an ordinary record, so a driver needs no extra column for it.
 *
 * No session can have an idle timeout of 0, so that field alone distinguishes a mark from a session. It also keeps a storage backend's
 * `save` from overwriting a mark. A version of core that predates marks cannot decode the payload and sees no session.
 */
export function createMark(key: string, target: string, now: number): SessionRecord {
  return markRecord(key, `${beginning}"${target}"}`, now, now + markLife);
}

/** A mark that leads nowhere: the session has ended. It also occupies the key, so that a move in progress cannot insert its mark. */
export function createTombstone(key: string, now: number, expiresAt: number): SessionRecord {
  return markRecord(key, `${beginning}null}`, now, expiresAt);
}

function markRecord(key: string, payload: string, createdAt: number, expiresAt: number): SessionRecord {
  return {
    key,
    payload,
    subject: null,
    version: createRecordVersion(),
    createdAt,
    expiresAt,
    idleTimeout: 0,
  };
}

/** Whether a record is a mark, readable or damaged, and therefore not a session. */
export function isMark({ idleTimeout }: Pick<SessionRecord, 'idleTimeout'>): boolean {
  return idleTimeout === 0;
}

/** The key that a mark leads to; `null` for a tombstone, `undefined` for an unreadable mark. */
export function markTarget({ payload }: Pick<SessionRecord, 'payload'>): string | null | undefined {
  if (!payload.startsWith(beginning)) return undefined;
  try {
    const { moved } = JSON.parse(payload) as { moved: unknown };
    return moved === null || isSessionKey(moved) ? moved : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether a record is a mark that still makes `load` report `moved`. Its age is measured from `createdAt`, because a version of core that
 * predates marks may have touched it and changed `expiresAt`.
 */
export function isCurrentMark(record: SessionRecord, now: number): boolean {
  return isMark(record) && now < record.createdAt + markLife && typeof markTarget(record) === 'string';
}
