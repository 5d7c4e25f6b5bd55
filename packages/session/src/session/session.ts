import { assertJsonValue, assertSubject, type JsonValue } from '@store/core';
import { assertSeconds } from '@store/core/driver';
import type { ValueUpdate } from './data-changes.ts';
import { errorMessages, oldValues } from './form-flash.ts';
import type { Journal } from './journal.ts';
import type { Immutable, ImmutableJson } from './json.ts';
import { checkLifetime, type Lifetime, type LifetimeLimits } from './lifetime.ts';
import type { AppData, AppFlash } from './session-types.ts';
import { noDestroy, noProperty, refuseAssignment, refuseCallback } from './strict-session.ts';

type Key<T> = keyof T & string;
type LimitedJournal = Journal & { readonly request: LifetimeLimits };

/**
 * One visitor's session during one request.
 *
 * Values you read are deep-frozen: changing one in place throws; `set` a new value instead. Changes are recorded and written
 * once, before the headers are sent, on top of the latest stored content, so parallel requests lose nothing.
 *
 * Every method that writes can throw a `StoreError`: `INVALID_VALUE` for a value that is not JSON or does not fit the schema,
 * `HEADERS_SENT` when the change needs a cookie and the response is being sent, `UNSUPPORTED` on a request that only peeks,
 * `UNAVAILABLE` when the store could not be read and `onStoreFailure` is `anonymous`.
 *
 * @example
 * import type { Session } from '@store/session';
 *
 * function addToCart(session: Session<{ cart: string[] }>, item: string) {
 *   session.set('cart', [...session.get('cart', []), item]);
 *   session.flash('notice', `${item} is in your cart.`); // for the next request
 * }
 */
export class Session<Data extends object = AppData, Flash extends object = AppFlash> {
  readonly #journal: LimitedJournal;

  /** Called by `openSession`, `readSession` and the adapters. */
  constructor(journal: unknown) {
    this.#journal = journal as LimitedJournal;
  }

  get #used(): Journal {
    return this.#journal.use();
  }

  /** The session id; changes with `regenerate`, `setSubject` and `invalidate`. Keep it out of pages and logs. */
  get id(): string {
    return this.#used.showId();
  }
  /** `true` when nothing is stored yet, and after `invalidate`. */
  get isNew(): boolean {
    return !this.#used.base.exists;
  }
  /** The user that the session belongs to; `undefined` when no user is signed in. */
  get subject(): string | undefined {
    return this.#used.subject;
  }
  /** When the session began, in epoch milliseconds; `undefined` for a new one. */
  get createdAt(): number | undefined {
    return this.#used.base.createdAt;
  }
  /** When it ends unless it is used before then, in epoch milliseconds; `undefined` for a new one. */
  get expiresAt(): number | undefined {
    return this.#used.base.expiresAt;
  }

  /** The value, frozen; `fallback` when it is not set or does not fit the schema: `session.get('cart', [])`. Default: `undefined`. */
  get<K extends Key<Data>>(key: K): Immutable<Data[K]> | undefined;
  get<K extends Key<Data>>(key: K, fallback: Immutable<Data[K]>): Immutable<Data[K]>;
  get(key: string, fallback?: unknown): unknown {
    const value = this.#used.data.get(key);
    return value === undefined ? fallback : value;
  }
  /** Whether `get` would return a value. */
  has(key: Key<Data>): boolean {
    return this.#used.data.has(key);
  }
  /** All values by key, frozen. */
  all(): Immutable<Partial<Data>> {
    return this.#used.data.all() as Immutable<Partial<Data>>;
  }
  /** The same as {@link Session.all}; does not include the id. */
  toJSON(): Immutable<Partial<Data>> {
    return this.all();
  }
  /** Stores a copy of a JSON value: `session.set('cart', ['tea'])`. */
  set<K extends Key<Data>>(key: K, value: Immutable<Data[K]>): void {
    this.#journal.assertWritable(false);
    if (this.#journal.data.set(key, this.#checked(key, value))) this.#journal.noteChange();
  }
  /** Removes a value. Does nothing if the key is not set. A session without values and without a subject ends. */
  delete(key: Key<Data>): void {
    this.#journal.assertWritable(false);
    if (this.#journal.data.delete(key)) this.#journal.noteChange();
  }
  /** Removes a value and returns it, such as where to go after a login; `undefined` when the key is not set. */
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
   * Replaces a value with what `change` returns for it: `session.update('visits', (count = 0) => count + 1)`. `change` runs now, and
   * again on the latest value when the session is written, so that parallel increments all count. It must be pure.
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

  /** Leaves a value for later requests, until one of them reads it: `session.flash('notice', 'Saved.')`. */
  get flash(): <K extends Key<Flash>>(key: K, value: Immutable<Flash[K]>) => void {
    return Session.#flash;
  }
  set flash(_value: unknown) {
    throw noProperty('flash');
  }
  // A function behind an accessor: connect-flash assigns to `session.flash`, which has to throw in sloppy mode too.
  static readonly #flash = Object.freeze(function (this: Session, key: string, value: unknown): void {
    this.#journal.addFlash(key, value);
  });

  /** Returns and consumes a value that an earlier request left; `undefined` when none was left. Later reads in this request return the same value. */
  getFlash<K extends Key<Flash>>(key: K): Immutable<Flash[K]> | undefined {
    const { value, changed } = this.#used.flash.get(key, this.#journal.canConsumeFlash);
    if (changed) this.#journal.noteChange();
    return value as Immutable<Flash[K]> | undefined;
  }
  /** Whether `getFlash` would return a value; consumes nothing. */
  hasFlash(key: Key<Flash>): boolean {
    return this.#used.flash.has(key);
  }
  /** Leaves a value for the rest of this request only, for a page that is shown now; `keepFlash` keeps it for the next. */
  flashNow<K extends Key<Flash>>(key: K, value: Immutable<Flash[K]>): void {
    assertJsonValue(value, `flash.${key}`);
    this.#used.flash.addForNow(key, value);
  }
  /** Keeps flash values for the next request even if this one reads them: the named ones, or all. */
  keepFlash(...keys: Key<Flash>[]): void {
    this.#journal.assertWritable(false);
    if (this.#journal.flash.keep(keys)) this.#journal.noteChange();
  }

  /**
   * Leaves a form's values, as flash `old.<field>`, to refill the form. A field whose name contains the word password, passwd,
   * secret, token, card, cvc, cvv or pin is left out, at any depth, because flash is stored and shown in a page.
   */
  flashOld(values: { readonly [field: string]: ImmutableJson | undefined }): void {
    for (const [key, value] of oldValues(values)) this.#journal.addFlash(key, value);
  }
  /**
   * Leaves each field's messages, as flash `errors.<field>`; accepts Zod's `fieldErrors` as they are.
   * @example
   * import type { Session } from '@store/session';
   * const refuse = (session: Session) => session.flashErrors({ email: 'This is not an email address.' });
   */
  flashErrors(errors: { readonly [field: string]: string | readonly string[] | undefined }): void {
    for (const [key, messages] of errorMessages(errors)) this.#journal.addFlash(key, messages);
  }
  /** What was entered in a field, from flash `old.<field>`; `undefined` when nothing was left. */
  old(field: string): ImmutableJson | undefined {
    return this.getFlash(`old.${field}` as Key<Flash>) as ImmutableJson | undefined;
  }
  /** The first message of a field, from flash `errors.<field>`; `undefined` when it has none. */
  error(field: string): string | undefined {
    return this.errors(field)[0];
  }
  /** The first message of each field, from flash `errors.*`; with `field`, all messages of that field. Empty if it has none. */
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
  /** Whether `error` would return a message; consumes nothing. */
  hasError(field: string): boolean {
    return this.hasFlash(`errors.${field}` as Key<Flash>);
  }

  /** Gives the session a new id and keeps its content; the old id becomes invalid. Call it when the user's rights change. */
  regenerate(...given: never[]): void {
    refuseCallback('regenerate', given);
    this.#journal.assertWritable(true);
    this.#journal.regenerate();
  }
  /**
   * Ends the session: deletes it from the store and clears the cookie, even if the handler then fails. Anything written afterwards
   * starts a new session with a new id.
   */
  invalidate(...given: never[]): void {
    refuseCallback('invalidate', given);
    this.#journal.assertWritable(true);
    this.#journal.invalidate();
  }
  /**
   * A login: sets the session's user, gives it a new id and restarts `createdAt`, so that an id planted beforehand is worthless
   * (OWASP, session fixation; ASVS 7.2.4). An anonymous visitor's data is kept; another user's data is dropped.
   *
   * @example
   * import type { Session } from '@store/session';
   * const logIn = (session: Session, user: { id: string }) => session.setSubject(user.id);
   */
  setSubject(subject: string): void {
    assertSubject(subject);
    this.#journal.assertWritable(true);
    this.#journal.setSubject(subject);
  }
  /**
   * Ends every other session of this subject when this one is written, for example after a password change.
   *
   * @throws {StoreError} `UNSUPPORTED` without a subject, and on a store that cannot end sessions by subject; `HEADERS_SENT`.
   * @example
   * import type { Session } from '@store/session';
   * function changedPassword(session: Session) {
   *   session.regenerate();
   *   session.endOthers();
   * }
   */
  endOthers(): void {
    this.#journal.assertWritable(true);
    this.#journal.endOthers();
  }
  /**
   * Whether the user signed in, initially or again, within this many seconds. If `false`, ask for the password before a sensitive
   * change (ASVS 7.5.3), and call {@link Session.setSubject} once the password has been verified.
   *
   * `false` without a subject, and with a driver of four functions that does not report when sessions began.
   *
   * @throws {StoreError} `INVALID_OPTION` unless `seconds` is a whole number, 1 or more.
   * @example
   * import type { Session } from '@store/session';
   * const needsPassword = (session: Session) => !session.isFresh(300);
   */
  isFresh(seconds: number): boolean {
    assertSeconds('@store/session', 'isFresh()', seconds);
    return this.#used.isFresh(seconds);
  }
  /**
   * Sets the lifetime of this session only ("remember me"): an idle timeout in whole seconds, and whether its cookie expires when
   * the browser closes. Omitted fields stay as they are. Kept until it is set again or another user signs in.
   *
   * @throws {StoreError} `INVALID_OPTION` for an idle timeout longer than the store's `absoluteTimeout`, or not longer than `touchAfter`.
   * @example
   * import type { Session } from '@store/session';
   * const remember = (session: Session) => session.setLifetime({ idleTimeout: 2_592_000, expireOnClose: false });
   */
  setLifetime(lifetime: Lifetime): void {
    this.#journal.assertWritable(true);
    this.#journal.setOptions(checkLifetime(lifetime, this.#journal.request));
  }
  /** Drops this request's unsaved changes, except `invalidate`. Later changes are written. */
  discard(...given: never[]): void {
    refuseCallback('discard', given);
    this.#used.dropChanges('discarded');
  }
  /**
   * Writes the changes made so far immediately, for streams and WebSockets. A cookie, if needed, is sent with the response.
   *
   * @returns `false` when the session has ended. Rejects with the store's error.
   */
  save(...given: never[]): Promise<boolean> {
    refuseCallback('save', given);
    const { readOnly, request } = this.#used;
    return readOnly ? Promise.reject(readOnly.error()) : request.save();
  }
  /**
   * Reads the session again, and reapplies this request's unsaved changes.
   *
   * @returns `false` when the session has ended, and is now empty. Rejects with the store's error.
   */
  reload(...given: never[]): Promise<boolean> {
    refuseCallback('reload', given);
    return this.#used.request.reload();
  }
  /** Exists in other libraries. @throws {StoreError} `UNSUPPORTED`: call {@link Session.invalidate} */
  destroy(): never {
    throw noDestroy();
  }

  static {
    refuseAssignment(Session.prototype);
  }
}
