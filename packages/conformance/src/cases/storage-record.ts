import { createSessionId } from '@store/core';
import { type SessionRecord, sessionKey } from '@store/core/driver';

/** A key of the shape that core makes. */
export const newKey = () => sessionKey(createSessionId());

/**
 * An hour from now. Records live around then, so that a backend that goes by its own clock fails the cases about time and no
 * other.
 */
export const soon: number = Date.now() + 3_600_000;

/** A record that ends soon, unless told otherwise. */
export function record(fields: Partial<SessionRecord> = {}): SessionRecord {
  return {
    key: newKey(),
    payload: '{"data":{},"flash":{},"v":1}',
    subject: null,
    version: 1,
    createdAt: soon - 60_000,
    expiresAt: soon,
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

/** A record that has moved: the same under another key. */
export const movedTo = (from: SessionRecord, version = 2): SessionRecord => ({
  ...from,
  key: newKey(),
  version,
});

/** A mark as core makes one: what a move leaves under the old key. */
export function markOf({ key }: SessionRecord, to: string): SessionRecord {
  const now = Date.now();
  return {
    key,
    payload: `{"v":1,"moved":"${to}"}`,
    subject: null,
    version: Math.floor(Math.random() * 2 ** 52),
    createdAt: now,
    expiresAt: now + 60_000,
    idleTimeout: 0,
  };
}

/** From 0 up to a count, for rounds. */
export const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);
