import { createSessionId } from '@store/core';
import { type SessionRecord, sessionKey } from '@store/core/driver';

/** A key of the shape that core makes. */
export const newKey = () => sessionKey(createSessionId());

/** A record of the year 2026, unless told otherwise. */
export function record(fields: Partial<SessionRecord> = {}): SessionRecord {
  return {
    key: newKey(),
    payload: '{"v":1,"data":{},"flash":{}}',
    subject: null,
    version: 1,
    createdAt: 1_767_225_600_000,
    expiresAt: 1_767_225_660_000,
    idleTimeout: null,
    ...fields,
  };
}

/** The fields of a record and no others: a driver may answer more. */
export function fieldsOf(found: SessionRecord | undefined): SessionRecord | undefined {
  if (!found) return undefined;
  const { key, payload, subject, version, createdAt, expiresAt, idleTimeout } = found;
  return { key, payload, subject, version, createdAt, expiresAt, idleTimeout };
}
