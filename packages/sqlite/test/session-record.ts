import type { SessionRecord } from '@store/core/driver';

/** A key in the format that core generates, from a short name. */
export function keyOf(name: string): string {
  return name.padEnd(43, '_');
}

/** A record from the year 2001, unless `fields` says otherwise. */
export function sessionRecord(name: string, fields: Partial<SessionRecord> = {}): SessionRecord {
  return {
    key: keyOf(name),
    payload: '{"data":{},"flash":{}}',
    subject: null,
    version: 1,
    createdAt: 1_000_000_000_000,
    expiresAt: 1_000_000_060_000,
    idleTimeout: null,
    ...fields,
  };
}
