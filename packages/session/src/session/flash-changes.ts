import type { JsonValue, SessionData } from '@store/core';
import { frozenCopy, getOwn, isSameJson, setOwn } from './json.ts';

/** Replays changes on top of newer flash: a pure function, as a store's `update` requires. */
export type ReplayFlash = (current: SessionData) => SessionData;

/** Flash values: readable from the next request on, consumed by the request that reads them. */
export class FlashChanges {
  readonly #stored: SessionData;
  // Created lazily: most requests do not use flash.
  #now: Map<string, JsonValue> | undefined;
  #added: Map<string, JsonValue> | undefined;
  #read: Set<string> | undefined;
  #kept: Set<string> | undefined;

  /** @param stored The flash as loaded; never changed, and never handed out. */
  constructor(stored: SessionData) {
    this.#stored = stored;
  }

  get isChanged(): boolean {
    if (this.#added !== undefined) return true;
    for (const key of this.#read ?? none) if (!this.#kept?.has(key)) return true;
    return false;
  }

  add(key: string, value: JsonValue): void {
    this.#added ??= new Map();
    this.#added.set(key, frozenCopy(value));
  }

  addForNow(key: string, value: JsonValue): void {
    this.#now ??= new Map();
    this.#now.set(key, frozenCopy(value));
  }

  has(key: string): boolean {
    return (this.#now?.has(key) ?? false) || Object.hasOwn(this.#stored, key);
  }

  keys(): string[] {
    return [...new Set([...Object.keys(this.#stored), ...(this.#now?.keys() ?? none)])];
  }

  /** @param consumes Whether reading consumes the value. @returns the value, and whether this was a change */
  get(key: string, consumes: boolean): { value: JsonValue | undefined; changed: boolean } {
    if (this.#now?.has(key)) return { value: this.#now.get(key), changed: false };
    const value = getOwn(this.#stored, key);
    if (value === undefined) return { value, changed: false };
    const changed = consumes && !this.#read?.has(key) && !this.#kept?.has(key);
    if (changed) this.#read = (this.#read ?? new Set()).add(key);
    return { value: frozenCopy(value), changed };
  }

  /** Keeps values for the next request, including those set with `flashNow`. No keys: all. @returns whether this was a change */
  keep(keys: readonly string[]): boolean {
    let changed = false;
    for (const key of keys.length > 0 ? keys : this.keys()) {
      this.#kept = (this.#kept ?? new Set()).add(key);
      const value = this.#now?.get(key);
      if (value === undefined) continue;
      this.add(key, value);
      changed = true;
    }
    return changed;
  }

  /** The same changes on top of other flash; they still have to be written. */
  rebase(stored: SessionData): FlashChanges {
    const rebased = new FlashChanges(stored);
    rebased.#now = this.#now;
    rebased.#added = this.#added;
    rebased.#kept = this.#kept;
    for (const key of this.#read ?? none) {
      if (isSameJson(getOwn(stored, key), getOwn(this.#stored, key)))
        rebased.#read = (rebased.#read ?? new Set()).add(key);
    }
    return rebased;
  }

  /** Takes the changes made so far; consumed values stay readable and are not consumed again. */
  take(): ReplayFlash {
    if (!this.#added && !this.#read) return unchanged;
    const consumed = new Map<string, JsonValue>();
    for (const key of this.#read ?? none) {
      if (!this.#kept?.has(key)) consumed.set(key, getOwn(this.#stored, key) as JsonValue);
      this.#kept = (this.#kept ?? new Set()).add(key);
    }
    const added = this.#added;
    this.#read = undefined;
    this.#added = undefined;
    return (current) => replay(consumed, added, current);
  }
}

const none: readonly string[] = [];
const unchanged: ReplayFlash = (current) => current;

/** Repeats a request's changes on newer flash. A value is removed only if it is still the one that was read. */
function replay(
  consumed: ReadonlyMap<string, JsonValue>,
  added: ReadonlyMap<string, JsonValue> | undefined,
  current: SessionData,
): SessionData {
  const next = { ...current };
  for (const [key, value] of consumed) if (isSameJson(getOwn(next, key), value)) delete next[key];
  for (const [key, value] of added ?? []) setOwn(next, key, value);
  return next;
}
