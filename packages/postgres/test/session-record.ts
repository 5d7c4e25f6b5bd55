import type { PlainPayload, SessionRecord } from '@store/core/driver';

/** A key in the format that core generates, from any short text. */
export function keyOf(name: string): string {
  return name.padEnd(43, '_');
}

/** A record dated 2001, unless overridden. */
export function sessionRecord(name: string, fields: Partial<SessionRecord> = {}): SessionRecord {
  return {
    key: keyOf(name),
    payload: '{"v":1,"data":{},"flash":{}}',
    subject: null,
    version: 1,
    createdAt: 1_000_000_000_000,
    expiresAt: 1_000_000_060_000,
    idleTimeout: null,
    ...fields,
  };
}

/** What core passes to every `save`. */
export const plain: PlainPayload = { start: '{"v":1,"data":', end: ',"flash":{}}' };

/** The time passed to every write when a storage backend is used without core; PostgreSQL ignores it. */
export const now = 1_000_000_000_000;
