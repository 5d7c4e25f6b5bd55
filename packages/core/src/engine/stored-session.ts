import type { SessionRecord } from '../contract/record-storage.ts';
import type { SessionContent } from '../contract/session-content.ts';
import type { StoredSession } from '../contract/session-store.ts';
import { StoreError } from '../rules/errors.ts';

/** What the record engine knows of a live session: its record, of which it needs no text, and its content. */
export interface LiveSession {
  record: Omit<SessionRecord, 'payload'>;
  content: SessionContent;
}

/** The answer for a session that is not there (seed: "empty dicts if the session doesn't exist"). */
export function missingSession(id: string): StoredSession {
  return { id, exists: false, data: {}, flash: {} };
}

/** Leaves out what is not set: an option that is absent is kept, one that is `undefined` would be a value. */
export function storedSession(
  id: string,
  content: SessionContent,
  known: {
    createdAt?: number | undefined;
    expiresAt?: number | undefined;
    subject?: string | null | undefined;
    idleTimeout?: number | null | undefined;
    version?: number | undefined;
    renew?: boolean | undefined;
  },
): StoredSession {
  const stored: StoredSession = { id, exists: true, data: content.data, flash: content.flash };
  if (known.createdAt !== undefined) stored.createdAt = known.createdAt;
  if (known.expiresAt !== undefined) stored.expiresAt = known.expiresAt;
  if (known.subject != null) stored.subject = known.subject;
  if (known.idleTimeout != null) stored.idleTimeout = known.idleTimeout;
  if (known.version !== undefined) stored.version = known.version;
  if (known.renew) stored.renew = true;
  return stored;
}

/** @throws {StoreError} `INVALID_OPTION` when the base is of another session. */
export function assertBase(name: string, id: string, base: StoredSession | undefined): void {
  if (base === undefined || base.id === id) return;
  throw new StoreError(
    'INVALID_OPTION',
    `[${name}] base must be what load() answered for this session, whole and unmodified.`,
  );
}

/** The live session that a `base` describes; `undefined` when it does not say enough to spare a read. */
export function sessionOfBase(key: string, base: StoredSession | undefined): LiveSession | undefined {
  if (!base?.exists) return undefined;
  const { data, flash, createdAt, expiresAt, version, subject = null, idleTimeout = null } = base;
  if (createdAt === undefined || expiresAt === undefined || version === undefined) return undefined;
  return { record: { key, version, createdAt, expiresAt, subject, idleTimeout }, content: { data, flash } };
}
