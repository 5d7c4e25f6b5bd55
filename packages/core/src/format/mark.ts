import type { SessionRecord } from '../contract/drivers.ts';
import { createRecordVersion } from './payload.ts';
import { isSessionKey } from './session-id.ts';

/** How long an id that was given up still says where its session went, in milliseconds. */
export const markLife = 60_000;

/** How the payload of every mark begins. Frozen: a later version may only add fields after the first two. */
const beginning = '{"v":1,"moved":';

/**
 * The record that stays under the old key when a session moves to another: where the session went, and nothing of it. An
 * ordinary record, so that a driver needs no column for it.
 *
 * No session can have an idle timeout of 0, so that field alone tells a mark from a session. It also keeps a storage's
 * `save` from writing over one. A core that knows no marks takes the payload for no session.
 */
export function createMark(key: string, target: string, now: number): SessionRecord {
  return markRecord(key, `${beginning}"${target}"}`, now, now + markLife);
}

/** A mark that leads nowhere: the session ended here, and no move may leave its own mark in this place. */
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

/** Whether a record is a mark, or damaged where a mark was. It is no session either way. */
export function isMark({ idleTimeout }: Pick<SessionRecord, 'idleTimeout'>): boolean {
  return idleTimeout === 0;
}

/** The key that a mark leads to; `null` for a tombstone, `undefined` when the mark cannot be read. */
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
 * Whether a mark still says that its session has moved. Its age is told by `createdAt`: a core that knows no marks may have
 * touched it, which changes `expiresAt`.
 */
export function isCurrentMark(record: SessionRecord, now: number): boolean {
  return isMark(record) && now < record.createdAt + markLife && typeof markTarget(record) === 'string';
}
