import { assertJsonValue, assertSubject, type JsonValue } from '@store/core';
import { assertSeconds } from '@store/core/driver';
import type { ValueUpdate } from './data-changes.ts';
import type { Journal } from './journal.ts';
import type { Immutable, ImmutableJson } from './json.ts';
import { checkLifetime, type Lifetime, type LifetimeLimits } from './lifetime.ts';
import { isSecretField, withoutSecretFields } from './secret-fields.ts';
import type { AppData, AppFlash } from './session-types.ts';
import { noDestroy, noProperty, refuseAssignment, refuseCallback } from './strict-session.ts';

type Key<T> = keyof T & string;
type LimitedJournal = Journal & { readonly request: LifetimeLimits };

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
export class Session<Data extends object = AppData, Flash extends object = AppFlash> {
  readonly #journal: LimitedJournal;

  /** Made by `openSession`, `readSession` and the adapters. */
  constructor(journal: unknown) {
    this.#journal = journal as LimitedJournal;
  }

  get #used(): Journal {
    return this.#journal.use();
  }

  /** The session id; a new one after `regenerate`, `setSubject` and `invalidate`. Keep it out of pages and logs. */
  get id(): string {
    return this.#used.showId();
  }
  /** `true` when nothing is stored yet, and after `invalidate`. */
  get isNew(): boolean {
    return !this.#used.base.exists;
  }
  /** Whose session it is; `undefined` when nobody's. */
  get subject(): string | undefined {
    return this.#used.subject;
  }
  /** When the session began, in epoch milliseconds; `undefined` for a new one. */
  get createdAt(): number | undefined {
    return this.#used.base.createdAt;
  }
  /** When it ends unless it is used again, in epoch milliseconds; `undefined` for a new one. */
  get expiresAt(): number | undefined {
    return this.#used.base.expiresAt;
  }

  /** The value, frozen; `fallback` (default `undefined`) when there is none, or none that fits the schema. */
  get<K extends Key<Data>>(key: K): Immutable<Data[K]> | undefined;
  get<K extends Key<Data>>(key: K, fallback: Immutable<Data[K]>): Immutable<Data[K]>;
  get(key: string, fallback?: unknown): unknown {
    const value = this.#used.data.get(key);
    return value === undefined ? fallback : value;
  }
  /** Whether `get` has a value. */
  has(key: Key<Data>): boolean {
    return this.#used.data.has(key);
  }
  /** Every value by key, frozen. */
  all(): Immutable<Partial<Data>> {
    return this.#used.data.all() as Immutable<Partial<Data>>;
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
    this.#journal.assertWritable(false);
    for (const key of this.#journal.data.allKeys()) this.delete(key as Key<Data>);
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
    const { value, changed } = this.#used.flash.get(key, this.#journal.canConsumeFlash);
    if (changed) this.#journal.noteChange();
    return value as Immutable<Flash[K]> | undefined;
  }
  /** Whether `getFlash` has a value; consumes nothing. */
  hasFlash(key: Key<Flash>): boolean {
    return this.#used.flash.has(key);
  }
  /** Leaves a value for the rest of this request only; `keepFlash` takes it along. */
  flashNow<K extends Key<Flash>>(key: K, value: Immutable<Flash[K]>): void {
    assertJsonValue(value, `flash.${key}`);
    this.#used.flash.addForNow(key, value);
  }
  /** Keeps values for the next request although this one reads them: those named, or all. */
  keepFlash(...keys: Key<Flash>[]): void {
    this.#journal.assertWritable(false);
    if (this.#journal.flash.keep(keys)) this.#journal.noteChange();
  }

  /**
   * Leaves a form's values, as flash `old.<field>`, to fill it in again. A field one of whose words is password, passwd, secret,
   * token, card, cvc, cvv or pin is left out, at any depth: flash is stored, and shown in a page.
   */
  flashOld(values: { readonly [field: string]: ImmutableJson | undefined }): void {
    for (const [field, value] of Object.entries(values))
      if (value !== undefined && !isSecretField(field)) {
        assertJsonValue(value, `flash.old.${field}`);
        addFlash(this.#journal, `old.${field}`, withoutSecretFields(value));
      }
  }
  /** Leaves the messages of each field, as flash `errors.<field>`; takes Zod's `fieldErrors` as they are. */
  flashErrors(errors: { readonly [field: string]: string | readonly string[] | undefined }): void {
    for (const [field, messages] of Object.entries(errors)) {
      const only = typeof messages === 'string' || messages?.length !== 1 ? messages : messages[0];
      if (typeof only === 'string' || only?.length) addFlash(this.#journal, `errors.${field}`, only);
    }
  }
  /** What was entered in a field, from flash `old.<field>`; `undefined` when nothing was. */
  old(field: string): ImmutableJson | undefined {
    return this.getFlash(`old.${field}` as Key<Flash>) as ImmutableJson | undefined;
  }
  /** The first message of a field, from flash `errors.<field>`; `undefined` when there is none. */
  error(field: string): string | undefined {
    return this.errors(field)[0];
  }
  /** The first message of each field, from flash `errors.*`; of one field, all its messages. Empty when there are none. */
  errors(): { readonly [field: string]: string };
  errors(field: string): readonly string[];
  errors(field?: string): object {
    if (field !== undefined) {
      const messages = this.getFlash(`errors.${field}` as Key<Flash>) as ImmutableJson | undefined;
      return messages === undefined ? [] : [messages].flat().map(String);
    }
    const fields = this.#used.flash.keys().filter((key) => key.startsWith('errors.'));
    return Object.fromEntries(fields.map((key) => [key.slice(7), this.error(key.slice(7))]));
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
  /**
   * Ends every other session of this subject when this one is written, as after a change of password.
   *
   * @throws {StoreError} `UNSUPPORTED` without a subject, and on a store that cannot end sessions by subject; `HEADERS_SENT`.
   * @example
   * session.regenerate();
   * session.endOthers();
   */
  endOthers(): void {
    this.#journal.assertWritable(true);
    this.#journal.endOthers();
  }
  /**
   * Whether the user signed in, for the first time or again, within this many seconds. Where it is `false`, ask for the
   * password before a sensitive change (ASVS 7.5.3), and call {@link Session.setSubject} once it is right.
   *
   * `false` without a subject, and on a driver of four functions that does not say when sessions began.
   *
   * @throws {StoreError} `INVALID_OPTION` unless it is a whole number of seconds from 1.
   * @example
   * if (!session.isFresh(300)) return response.redirect('/confirm-password');
   */
  isFresh(seconds: number): boolean {
    assertSeconds('@store/session', 'isFresh()', seconds);
    return this.#used.isFresh(seconds);
  }
  /**
   * Gives this session a lifetime of its own ("remember me" ticked or not): an idle timeout in whole seconds, and whether its
   * cookie ends with the browser. What is left out stays as it is. Kept until it is set again or another user signs in.
   *
   * @throws {StoreError} `INVALID_OPTION` for an idle timeout beyond the store's `absoluteTimeout`, or within `touchAfter`.
   * @example
   * session.setLifetime(remember ? { idleTimeout: 2_592_000, expireOnClose: false } : { expireOnClose: true });
   */
  setLifetime(lifetime: Lifetime): void {
    this.#journal.assertWritable(true);
    this.#journal.setOptions(checkLifetime(lifetime, this.#journal.request));
  }
  /** Drops what this request has changed and not saved so far, `invalidate` excepted. What it changes afterwards is written. */
  discard(...given: never[]): void {
    refuseCallback('discard', given);
    this.#used.dropChanges('discarded');
  }
  /**
   * Writes what was done so far now, for streams and WebSockets. The cookie, if one is needed, leaves with the response.
   *
   * @returns `false` when the session has ended meanwhile. Rejects with what the store says.
   */
  save(...given: never[]): Promise<boolean> {
    refuseCallback('save', given);
    const { readOnly, request } = this.#used;
    return readOnly ? Promise.reject(readOnly.error()) : request.save();
  }
  /**
   * Reads the session again, and puts what this request changed and has not saved on top.
   *
   * @returns `false` when the session has ended: it is empty then. Rejects with what the store says.
   */
  reload(...given: never[]): Promise<boolean> {
    refuseCallback('reload', given);
    return this.#used.request.reload();
  }
  /** Familiar from other libraries. @throws {StoreError} `UNSUPPORTED`: call {@link Session.invalidate} */
  destroy(): never {
    throw noDestroy();
  }

  static {
    refuseAssignment(Session.prototype);
  }
}

function addFlash(journal: Journal, key: string, value: unknown): void {
  journal.assertWritable(false);
  assertJsonValue(value, `flash.${key}`);
  journal.flash.add(key, value);
  journal.noteChange();
}
