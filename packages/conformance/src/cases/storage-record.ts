import { createSessionId } from '@store/core';
import { type SessionRecord, sessionKey } from '@store/core/driver';

/** A key in the format that core generates. */
export const newKey = () => sessionKey(createSessionId());

/**
 * An hour from now. Test records expire around that time, so that a backend that uses its own clock fails only the cases about
 * time.
 */
export const soon: number = Date.now() + 3_600_000;

/** A record that expires soon, unless the given fields say otherwise. */
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

/** Only the fields of a record: a driver may return others as well. */
export function fieldsOf(found: SessionRecord | undefined): SessionRecord | undefined {
  if (!found) return undefined;
  const { key, payload, subject, version, createdAt, expiresAt, idleTimeout } = found;
  return { key, payload, subject, version, createdAt, expiresAt, idleTimeout };
}

/** The record after a move: the same content under another key. */
export const movedTo = (from: SessionRecord, version = 2): SessionRecord => ({
  ...from,
  key: newKey(),
  version,
});

/** A mark like those that core makes: a move leaves one under the old key. */
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

/** The numbers from 0 up to a count, for rounds. */
export const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);
