import type { JsonValue, SessionData } from '@store/core';
import { frozenCopy, getOwn, setOwn } from './immutable.ts';
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
  // Frozen copies of ours, of what was read or put there; `undefined` for a key that was removed. Made when needed: most
  // requests look at a key or two and change none.
  let own: Map<string, JsonValue | undefined> | undefined;
  let changes: Map<string, DataChange> | undefined;

  const peek = (key: string): JsonValue | undefined => {
    if (own?.has(key)) return own.get(key);
    return hidden.includes(key) ? undefined : getOwn(stored, key);
  };
  const put = (key: string, value: JsonValue | undefined) => {
    own ??= new Map();
    own.set(key, value);
  };
  const get = (key: string): JsonValue | undefined => {
    const value = peek(key);
    if (typeof value !== 'object' || value === null || own?.has(key)) return value;
    const copy = frozenCopy(value);
    put(key, copy);
    return copy;
  };
  const record = (key: string, change: DataChange) => {
    changes ??= new Map();
    changes.set(key, change);
  };

  return {
    get,
    has: (key: string) => peek(key) !== undefined,
    keys: () =>
      new Set([...Object.keys(stored), ...(own?.keys() ?? [])].filter((key) => peek(key) !== undefined)),
    set(key: string, value: JsonValue) {
      // Setting what is there already is no change, unless this request changed the key before.
      if (!changes?.has(key) && isSameJson(peek(key), value)) return false;
      const copy = frozenCopy(value);
      put(key, copy);
      record(key, { type: 'set', value: copy });
      return true;
    },
    delete(key: string) {
      if (!changes?.has(key) && !Object.hasOwn(stored, key)) return false;
      put(key, undefined);
      record(key, { type: 'delete' });
      return true;
    },
    update(key: string, update: ValueUpdate) {
      const value = frozenCopy(update(get(key)));
      const before = changes?.get(key);
      put(key, value);
      if (before?.type === 'update') before.updates.push(update);
      else record(key, before ? { type: 'set', value } : { type: 'update', updates: [update] });
    },
    isChanged: () => changes !== undefined,
    /** Hands over the changes made so far; later ones are recorded apart. */
    take(): DataChanges {
      const taken = changes;
      changes = undefined;
      return taken ?? none;
    },
  };
}

const none: DataChanges = new Map();

export type DataTracker = ReturnType<typeof trackData>;

/** Does again, on newer data, what a request did. Keys it left alone stay as they are. */
export function replayData(changes: DataChanges, current: SessionData): SessionData {
  const next = { ...current };
  for (const [key, change] of changes) {
    if (change.type === 'set') setOwn(next, key, change.value);
    else if (change.type === 'delete') delete next[key];
    else {
      let value = getOwn(next, key);
      for (const update of change.updates) value = update(value === undefined ? value : frozenCopy(value));
      setOwn(next, key, value as JsonValue);
    }
  }
  return next;
}
