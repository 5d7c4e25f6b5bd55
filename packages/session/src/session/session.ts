import { assertJsonValue, assertSubject, type JsonValue, type SessionData, StoreError } from '@store/core';
import { assertKnownOptions, assertSeconds, invalidOption } from '@store/core/driver';
import type { ValueUpdate } from './data-changes.ts';
import type { Journal } from './journal.ts';
import type { Immutable, ImmutableJson } from './json.ts';
import { noProperty, refuseCallback } from './strict-session.ts';

type Key<T> = keyof T & string;

/** Field names whose values are never left in a session for the next form: flash is stored, and shown in a page. */
const secretField = /pass|pwd|secret|token|card|cvc|cvv|csrf|otp|\bpin\b/i;

/**
 * One visitor's session during one request.
 *
 * What is read comes deep-frozen: changing it in place throws at that line, `set` a new value instead. Changes are recorded
 * and written once, before the response leaves, onto the newest stored content: parallel requests lose nothing.
 *
 * Every method that writes throws a `StoreError`: `INVALID_VALUE` for what JSON or the schema cannot hold, `HEADERS_SENT`
 * when a cookie would be needed and the response is on its way, `UNSUPPORTED` on a request that only peeks, `UNAVAILABLE`
 * when the store could not be read and `onStoreFailure` is `anonymous`.
 *
 * @example
 * interface Shop { userId: string; cart: string[] }
 * const session = getSession<Shop>(request);
 * session.set('cart', [...session.get('cart', []), 'tea']);
 */
export class Session<Data extends object = SessionData, Flash extends object = SessionData> {
  readonly #journal: Journal;

  /** Made by `openSession`, `readSession` and the adapters. */
  constructor(journal: unknown) {
    this.#journal = journal as Journal;
  }

  /** The session id; a new one after `regenerate`, `setSubject` and `invalidate`. Keep it out of pages and logs. */
  get id(): string {
    this.#journal.isUsed = true;
    return this.#journal.id;
  }
  /** `true` when nothing is stored yet, and after `invalidate`. */
  get isNew(): boolean {
    this.#journal.isUsed = true;
    return !this.#journal.base.exists;
  }
  /** Whose session it is; `undefined` when nobody's. */
  get subject(): string | undefined {
    this.#journal.isUsed = true;
    return this.#journal.subject;
  }
  /** When the session began, in epoch milliseconds; `undefined` for a new one. */
  get createdAt(): number | undefined {
    return this.#journal.base.createdAt;
  }
  /** When it ends unless it is used again, in epoch milliseconds; `undefined` for a new one. */
  get expiresAt(): number | undefined {
    return this.#journal.base.expiresAt;
  }

  /** The value, frozen; `fallback` (default `undefined`) when there is none, or none that fits the schema. */
  get<K extends Key<Data>>(key: K): Immutable<Data[K]> | undefined;
  get<K extends Key<Data>>(key: K, fallback: Immutable<Data[K]>): Immutable<Data[K]>;
  get(key: string, fallback?: unknown): unknown {
    this.#journal.isUsed = true;
    return this.#journal.data.get(key) ?? fallback;
  }
  /** Whether `get` has a value. */
  has(key: Key<Data>): boolean {
    this.#journal.isUsed = true;
    return this.#journal.data.has(key);
  }
  /** Every value by key, frozen. */
  all(): Immutable<Partial<Data>> {
    this.#journal.isUsed = true;
    return this.#journal.data.all() as Immutable<Partial<Data>>;
  }
  /** The same as {@link Session.all}: the id is not part of it. */
  toJSON(): Immutable<Partial<Data>> {
    return this.all();
  }
  /** Stores a copy of a JSON value. */
  set<K extends Key<Data>>(key: K, value: Immutable<Data[K]>): void {
    this.#journal.assertWritable(false);
    if (this.#journal.data.set(key, this.#checked(key, value))) this.#journal.noteChange();
  }
  /** Removes a value. Does nothing if there is none. A session without values and without a subject ends. */
  delete(key: Key<Data>): void {
    this.#journal.assertWritable(false);
    if (this.#journal.data.delete(key)) this.#journal.noteChange();
  }
  /** Removes a value and returns it; `undefined` when there is none. */
  pull<K extends Key<Data>>(key: K): Immutable<Data[K]> | undefined {
    const value = this.get(key);
    this.delete(key);
    return value;
  }
  /** Removes every value. The session keeps its id, its subject and its flash. */
  clear(): void {
    for (const key of this.#journal.data.keys()) this.delete(key as Key<Data>);
  }
  /**
   * Changes a value from what it is to what `change` returns. `change` runs now, and again on the newest value when the
   * session is written, so that a counter counts under parallel requests. It must be pure.
   */
  update<K extends Key<Data>>(
    key: K,
    change: (current: Immutable<Data[K]> | undefined) => Immutable<Data[K]>,
  ): void {
    this.#journal.assertWritable(false);
    this.#journal.data.update(key, (current) => this.#checked(key, (change as ValueUpdate)(current)));
    this.#journal.noteChange();
  }

  #checked(key: string, value: unknown): JsonValue {
    assertJsonValue(value, `data.${key}`);
    this.#journal.schema?.assert(key, value);
    return value;
  }

  /** Leaves a value for the requests to come, until one of them reads it. */
  get flash(): <K extends Key<Flash>>(key: K, value: Immutable<Flash[K]>) => void {
    return Session.#flash;
  }
  set flash(_value: unknown) {
    throw noProperty('flash');
  }
  // A function behind an accessor: connect-flash assigns to `session.flash`, and must hear of it in sloppy code too.
  static readonly #flash = Object.freeze(function (this: Session, key: string, value: unknown): void {
    addFlash(this.#journal, key, value);
  });

  /** A value that an earlier request left, which consumes it; `undefined` when there is none. Reading it again in this request returns the same value. */
  getFlash<K extends Key<Flash>>(key: K): Immutable<Flash[K]> | undefined {
    this.#journal.isUsed = true;
    const { value, changed } = this.#journal.flash.get(key, this.#journal.canConsumeFlash);
    if (changed) this.#journal.noteChange();
    return value as Immutable<Flash[K]> | undefined;
  }
  /** Whether `getFlash` has a value; consumes nothing. */
  hasFlash(key: Key<Flash>): boolean {
    this.#journal.isUsed = true;
    return this.#journal.flash.has(key);
  }
  /** Leaves a value for the rest of this request only; `keepFlash` takes it along. */
  flashNow<K extends Key<Flash>>(key: K, value: Immutable<Flash[K]>): void {
    this.#journal.isUsed = true;
    assertJsonValue(value, `flash.${key}`);
    this.#journal.flash.addForNow(key, value);
  }
  /** Keeps values for the next request although this one reads them: those named, or all. */
  keepFlash(...keys: Key<Flash>[]): void {
    this.#journal.assertWritable(false);
    if (this.#journal.flash.keep(keys)) this.#journal.noteChange();
  }

  /** Leaves a form's values, as flash `old.<field>`, to fill it in again. Fields whose names say secret are left out. */
  flashOld(values: { readonly [field: string]: ImmutableJson | undefined }): void {
    for (const [field, value] of Object.entries(values))
      if (value !== undefined && !secretField.test(field)) addFlash(this.#journal, `old.${field}`, value);
  }
  /** Leaves the first message of each field, as flash `errors.<field>`; takes Zod's `fieldErrors` as they are. */
  flashErrors(errors: { readonly [field: string]: string | readonly string[] | undefined }): void {
    for (const [field, messages] of Object.entries(errors)) {
      const message = typeof messages === 'string' ? messages : messages?.[0];
      if (message !== undefined) addFlash(this.#journal, `errors.${field}`, message);
    }
  }
  /** What was entered in a field, from flash `old.<field>`; `undefined` when nothing was. */
  old(field: string): ImmutableJson | undefined {
    return this.getFlash(`old.${field}` as Key<Flash>) as ImmutableJson | undefined;
  }
  /** What was wrong with a field, from flash `errors.<field>`; `undefined` when nothing was. */
  error(field: string): string | undefined {
    const message = this.getFlash(`errors.${field}` as Key<Flash>);
    return message === undefined ? undefined : String(message);
  }
  /** What was wrong, by field, from flash `errors.*`; empty when nothing was. */
  errors(): { readonly [field: string]: string } {
    this.#journal.isUsed = true;
    const fields = this.#journal.flash.keys().filter((key) => key.startsWith('errors.'));
    return Object.fromEntries(fields.map((key) => [key.slice(7), this.error(key.slice(7)) as string]));
  }
  /** Whether `error` has a message; consumes nothing. */
  hasError(field: string): boolean {
    return this.hasFlash(`errors.${field}` as Key<Flash>);
  }

  /** Gives the session a new id and keeps what it holds; the old id is dead. Call it whenever rights change. */
  regenerate(...given: never[]): void {
    refuseCallback('regenerate', given);
    this.#journal.assertWritable(true);
    this.#journal.regenerate();
  }
  /**
   * Ends the session: everything in it is gone, from the store too, and the cookie is cleared. Happens even when the handler
   * then fails. What is written afterwards begins a new session with a new id.
   */
  invalidate(...given: never[]): void {
    refuseCallback('invalidate', given);
    this.#journal.assertWritable(true);
    this.#journal.invalidate();
  }
  /**
   * A login: says whose session this is, gives it a new id and a new beginning, so that an id planted before is worth nothing
   * (OWASP, session fixation; ASVS 7.2.4). A visitor's data comes along; another user's is dropped.
   */
  setSubject(subject: string): void {
    assertSubject(subject);
    this.#journal.assertWritable(true);
    this.#journal.setSubject(subject);
  }
  /** Ends every other session of this subject when this one is written, as after a change of password. */
  endOthers(): void {
    this.#journal.assertWritable(false);
    this.#journal.endOthers();
  }
  /**
   * Gives this session a lifetime of its own ("remember me" ticked or not): an idle timeout in whole seconds, and whether its
   * cookie ends with the browser. The absolute limit still holds.
   */
  setLifetime(lifetime: { idleTimeout?: number; expireOnClose?: boolean }): void {
    this.#journal.assertWritable(true);
    assertKnownOptions('@store/session', lifetime, ['idleTimeout', 'expireOnClose'], 'setLifetime()');
    const { idleTimeout, expireOnClose } = lifetime;
    if (idleTimeout !== undefined) assertSeconds('@store/session', 'idleTimeout', idleTimeout);
    if (expireOnClose !== undefined && typeof expireOnClose !== 'boolean')
      throw invalidOption('@store/session', 'expireOnClose', 'true or false', expireOnClose);
    this.#journal.setOptions(lifetime);
  }
  /** Says that nothing this request did is to be written, `invalidate` excepted. */
  discard(): void {
    this.#journal.isUsed = true;
    this.#journal.isDiscarded = true;
  }
  /**
   * Writes what was done so far now, for streams and WebSockets. The cookie, if one is needed, leaves with the response.
   *
   * @returns `false` when the session has ended meanwhile. Rejects with what the store says.
   */
  save(...given: never[]): Promise<boolean> {
    refuseCallback('save', given);
    this.#journal.isUsed = true;
    const { readOnly, request } = this.#journal;
    return readOnly ? Promise.reject(readOnly.error()) : request.save();
  }
  /**
   * Reads the session again, and puts what this request changed and has not saved on top.
   *
   * @returns `false` when the session has ended: it is empty then. Rejects with what the store says.
   */
  reload(...given: never[]): Promise<boolean> {
    refuseCallback('reload', given);
    this.#journal.isUsed = true;
    return this.#journal.request.reload();
  }
  /** Familiar from other libraries. @throws {StoreError} `UNSUPPORTED`: call {@link Session.invalidate} */
  destroy(): never {
    throw new StoreError(
      'UNSUPPORTED',
      '[@store/session] There is no session.destroy(). Call session.invalidate().',
    );
  }

  static {
    // What is assigned to a session would be lost without a word. At the end of the prototype chain, so that known names
    // cost nothing.
    const { prototype } = Session;
    Object.setPrototypeOf(
      prototype,
      new Proxy(Object.prototype, {
        set(_target, name) {
          throw noProperty(String(name));
        },
      }),
    );
    for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      if (typeof property.value === 'function') {
        if (name !== 'constructor') Object.freeze(property.value);
        Object.defineProperty(prototype, name, { writable: false });
      } else if (property.get && !property.set) {
        Object.defineProperty(prototype, name, {
          set() {
            throw noProperty(name);
          },
        });
      }
    }
  }
}

function addFlash(journal: Journal, key: string, value: unknown): void {
  journal.assertWritable(false);
  assertJsonValue(value, `flash.${key}`);
  journal.flash.add(key, value);
  journal.noteChange();
}
