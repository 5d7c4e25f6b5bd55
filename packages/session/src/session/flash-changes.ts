import type { JsonValue, SessionData } from '@store/core';
import { frozenCopy } from './immutable.ts';
import { isSameJson } from './same-json.ts';

/** What a request did to the flash: what it read and so used up, and what it leaves for the next request. */
export interface FlashChanges {
  used: SessionData;
  added: SessionData;
}

/**
 * Flash values: readable from the next request on, used up by the request that reads them.
 *
 * @param stored The flash as loaded; never changed, and never given out.
 */
export function trackFlash(stored: SessionData) {
  const loaded = new Map(Object.entries(stored));
  const now = new Map<string, JsonValue>();
  let added = new Map<string, JsonValue>();
  let read = new Set<string>();
  const kept = new Set<string>();
  const used = () => [...read].filter((key) => !kept.has(key));

  return {
    add(key: string, value: JsonValue) {
      added.set(key, frozenCopy(value));
    },
    now(key: string, value: JsonValue) {
      now.set(key, frozenCopy(value));
    },
    has: (key: string) => now.has(key) || loaded.has(key),
    /** @param use Whether reading uses the value up. @returns the value, and whether this was a change */
    get(key: string, use: boolean): { value: JsonValue | undefined; changed: boolean } {
      if (now.has(key)) return { value: now.get(key), changed: false };
      const value = loaded.get(key);
      const changed = use && value !== undefined && !read.has(key) && !kept.has(key);
      if (changed) read.add(key);
      return { value: value === undefined ? value : frozenCopy(value), changed };
    },
    keep(keys: readonly string[]) {
      for (const key of keys.length > 0 ? keys : loaded.keys()) kept.add(key);
    },
    isChanged: () => added.size > 0 || used().length > 0,
    /** Hands over the changes made so far; what was used up then stays readable and is not used up again. */
    take(): FlashChanges {
      const changes: FlashChanges = {
        used: Object.fromEntries(used().map((key) => [key, loaded.get(key) as JsonValue])),
        added: Object.fromEntries(added),
      };
      for (const key of read) kept.add(key);
      read = new Set();
      added = new Map();
      return changes;
    },
  };
}

export type FlashTracker = ReturnType<typeof trackFlash>;

/** Does again, on newer flash, what a request did. A value is removed only if it is still the one that was read. */
export function replayFlash({ used, added }: FlashChanges, current: SessionData): SessionData {
  const next = new Map(Object.entries(current));
  for (const [key, value] of Object.entries(used)) {
    if (next.has(key) && isSameJson(next.get(key), value)) next.delete(key);
  }
  for (const [key, value] of Object.entries(added)) next.set(key, value);
  return Object.fromEntries(next);
}
