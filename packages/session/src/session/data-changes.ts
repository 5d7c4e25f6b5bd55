import type { JsonValue, SessionData } from '@store/core';
import { frozenCopy, getOwn, isSameJson, setOwn } from './json.ts';

/** A pure function from a key's latest value to the next one. */
export type ValueUpdate = (current: JsonValue | undefined) => JsonValue;

/** What happened to one key since the session was loaded. */
type DataChange =
  | { type: 'set'; value: JsonValue }
  | { type: 'delete' }
  | { type: 'update'; updates: ValueUpdate[] };

/** Replays changes on top of newer data: a pure function, as a store's `update` requires. */
export type ReplayData = (current: SessionData) => SessionData;

/** The session's data as this request sees it and, recorded separately, what the request did to each key. */
export class DataChanges {
  readonly #stored: SessionData;
  readonly #hidden: readonly string[];
  // Frozen copies of values read or set; `undefined` for a removed key. Created lazily: most requests read a key or two and change
  // none.
  #own: Map<string, JsonValue | undefined> | undefined;
  #changes: Map<string, DataChange> | undefined;

  /**
   * @param stored The data as loaded; never changed, and never handed out.
   * @param hidden Keys to treat as missing. Their stored values stay until this request changes them.
   */
  constructor(stored: SessionData, hidden: readonly string[]) {
    this.#stored = stored;
    this.#hidden = hidden;
  }

  get isChanged(): boolean {
    return this.#changes !== undefined;
  }

  #peek(key: string): JsonValue | undefined {
    if (this.#own?.has(key)) return this.#own.get(key);
    return this.#hidden.includes(key) ? undefined : getOwn(this.#stored, key);
  }

  #put(key: string, value: JsonValue | undefined, change?: DataChange): void {
    this.#own ??= new Map();
    this.#own.set(key, value);
    if (!change) return;
    this.#changes ??= new Map();
    this.#changes.set(key, change);
  }

  get(key: string): JsonValue | undefined {
    const value = this.#peek(key);
    if (typeof value !== 'object' || value === null || this.#own?.has(key)) return value;
    const copy = frozenCopy(value);
    this.#put(key, copy);
    return copy;
  }

  has(key: string): boolean {
    return this.#peek(key) !== undefined;
  }

  /** All keys that have a value, including hidden ones. */
  allKeys(): string[] {
    return [...new Set([...Object.keys(this.#stored), ...(this.#own?.keys() ?? [])])];
  }

  all(): SessionData {
    const data: SessionData = {};
    for (const key of this.allKeys()) if (this.has(key)) setOwn(data, key, this.get(key) as JsonValue);
    return Object.freeze(data);
  }

  /** @returns `false` when nothing changed: the key already has that value, and this request has not changed it before */
  set(key: string, value: JsonValue): boolean {
    if (!this.#changes?.has(key) && isSameJson(this.#peek(key), value)) return false;
    const copy = frozenCopy(value);
    this.#put(key, copy, { type: 'set', value: copy });
    return true;
  }

  /** @returns `false` when there was nothing to remove */
  delete(key: string): boolean {
    if (!this.#changes?.has(key) && !Object.hasOwn(this.#stored, key)) return false;
    this.#put(key, undefined, { type: 'delete' });
    return true;
  }

  update(key: string, update: ValueUpdate): void {
    const value = frozenCopy(update(this.get(key)));
    const before = this.#changes?.get(key);
    if (before?.type === 'update') {
      before.updates.push(update);
      this.#put(key, value);
    } else {
      this.#put(key, value, before ? { type: 'set', value } : { type: 'update', updates: [update] });
    }
  }

  /** The same changes on top of other data; they still have to be written. */
  rebase(stored: SessionData, hidden: readonly string[]): DataChanges {
    const rebased = new DataChanges(stored, hidden);
    for (const [key, change] of this.#changes ?? []) {
      if (change.type === 'set') rebased.#put(key, change.value, change);
      else if (change.type === 'delete') rebased.#put(key, undefined, change);
      else for (const update of change.updates) rebased.update(key, update);
    }
    return rebased;
  }

  /** Takes the changes made so far; later ones are recorded separately. */
  take(): ReplayData {
    const changes = this.#changes;
    this.#changes = undefined;
    return changes ? (current) => replay(changes, current) : unchanged;
  }
}

const unchanged: ReplayData = (current) => current;

/** Repeats a request's changes on newer data. Keys that the request did not change stay as they are. */
function replay(changes: ReadonlyMap<string, DataChange>, current: SessionData): SessionData {
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
