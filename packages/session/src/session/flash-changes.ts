import type { JsonValue, SessionData } from '@store/core';
import { frozenCopy, getOwn, setOwn } from './immutable.ts';
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
  // Made when needed: most requests have nothing to do with flash.
  let now: Map<string, JsonValue> | undefined;
  let added: Map<string, JsonValue> | undefined;
  let read: Set<string> | undefined;
  let kept: Set<string> | undefined;
  const isUsed = (key: string) => !kept?.has(key);
  const keepAll = (keys: Iterable<string>) => {
    kept = new Set([...(kept ?? []), ...keys]);
  };

  return {
    add(key: string, value: JsonValue) {
      added ??= new Map();
      added.set(key, frozenCopy(value));
    },
    now(key: string, value: JsonValue) {
      now ??= new Map();
      now.set(key, frozenCopy(value));
    },
    has: (key: string) => (now?.has(key) ?? false) || Object.hasOwn(stored, key),
    /** @param use Whether reading uses the value up. @returns the value, and whether this was a change */
    get(key: string, use: boolean): { value: JsonValue | undefined; changed: boolean } {
      if (now?.has(key)) return { value: now.get(key), changed: false };
      const value = getOwn(stored, key);
      if (value === undefined) return { value, changed: false };
      const changed = use && !read?.has(key) && isUsed(key);
      if (changed) read = (read ?? new Set()).add(key);
      return { value: frozenCopy(value), changed };
    },
    keep: (keys: readonly string[]) => keepAll(keys.length > 0 ? keys : Object.keys(stored)),
    isChanged: () => added !== undefined || (read !== undefined && [...read].some(isUsed)),
    /** Hands over the changes made so far; what was used up then stays readable and is not used up again. */
    take(): FlashChanges {
      if (!added && !read) return none;
      const used = [...(read ?? [])]
        .filter(isUsed)
        .map((key) => [key, getOwn(stored, key) as JsonValue] as const);
      const changes: FlashChanges = {
        used: Object.fromEntries(used),
        added: Object.fromEntries(added ?? []),
      };
      keepAll(read ?? []);
      read = undefined;
      added = undefined;
      return changes;
    },
  };
}

const none: FlashChanges = { used: {}, added: {} };

export type FlashTracker = ReturnType<typeof trackFlash>;

/** Does again, on newer flash, what a request did. A value is removed only if it is still the one that was read. */
export function replayFlash({ used, added }: FlashChanges, current: SessionData): SessionData {
  const next = { ...current };
  for (const key of Object.keys(used)) {
    if (isSameJson(getOwn(next, key), used[key])) delete next[key];
  }
  for (const key of Object.keys(added)) setOwn(next, key, added[key] as JsonValue);
  return next;
}
