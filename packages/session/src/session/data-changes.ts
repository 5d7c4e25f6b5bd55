import type { JsonValue, SessionData } from '@store/core';
import { frozenCopy } from './immutable.ts';
import { isSameJson } from './same-json.ts';

/** A pure function from a key's newest value to the next one. */
export type ValueUpdate = (current: JsonValue | undefined) => JsonValue;

/** What happened to one key since the session was loaded. */
export type DataChange =
  | { type: 'set'; value: JsonValue }
  | { type: 'delete' }
  | { type: 'update'; updates: ValueUpdate[] };

export type DataChanges = ReadonlyMap<string, DataChange>;

/**
 * The session's data as this request sees it, and apart from it what the request did, key by key.
 *
 * @param stored The data as loaded; never changed, and never given out.
 * @param hidden Keys to treat as missing. What is stored under them stays there until this request changes it.
 */
export function trackData(stored: SessionData, hidden: readonly string[]) {
  const view = new Map(Object.entries(stored).filter(([key]) => !hidden.includes(key)));
  // Keys whose value in `view` is already a frozen copy of ours.
  const own = new Set<string>();
  let changes = new Map<string, DataChange>();

  const get = (key: string): JsonValue | undefined => {
    const value = view.get(key);
    if (value === undefined || own.has(key)) return value;
    const copy = frozenCopy(value);
    view.set(key, copy);
    own.add(key);
    return copy;
  };
  const put = (key: string, value: JsonValue) => {
    view.set(key, value);
    own.add(key);
  };

  return {
    get,
    has: (key: string) => view.has(key),
    keys: () => view.keys(),
    set(key: string, value: JsonValue) {
      // Setting what is there already is no change, unless this request changed the key before.
      if (!changes.has(key) && isSameJson(view.get(key), value)) return false;
      const copy = frozenCopy(value);
      put(key, copy);
      changes.set(key, { type: 'set', value: copy });
      return true;
    },
    delete(key: string) {
      if (!changes.has(key) && !Object.hasOwn(stored, key)) return false;
      view.delete(key);
      changes.set(key, { type: 'delete' });
      return true;
    },
    update(key: string, update: ValueUpdate) {
      const value = frozenCopy(update(get(key)));
      const before = changes.get(key);
      put(key, value);
      if (before?.type === 'update') before.updates.push(update);
      else if (before) changes.set(key, { type: 'set', value });
      else changes.set(key, { type: 'update', updates: [update] });
    },
    isChanged: () => changes.size > 0,
    /** Hands over the changes made so far; later ones are recorded apart. */
    take(): DataChanges {
      const taken = changes;
      changes = new Map();
      return taken;
    },
  };
}

export type DataTracker = ReturnType<typeof trackData>;

/** Does again, on newer data, what a request did. Keys it left alone stay as they are. */
export function replayData(changes: DataChanges, current: SessionData): SessionData {
  // A Map and fromEntries keep `__proto__` an ordinary key.
  const next = new Map(Object.entries(current));
  for (const [key, change] of changes) {
    if (change.type === 'set') next.set(key, change.value);
    else if (change.type === 'delete') next.delete(key);
    else {
      let value = next.get(key);
      for (const update of change.updates) value = update(value === undefined ? value : frozenCopy(value));
      next.set(key, value as JsonValue);
    }
  }
  return Object.fromEntries(next);
}
