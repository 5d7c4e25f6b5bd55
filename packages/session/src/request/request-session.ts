import { cachedStore, type SessionStore } from '@store/core';
import { type DirectStore, directStore } from '@store/core/driver';
import type { RequestCookie } from '../cookie/session-cookie.ts';
import type { ResolvedSessionOptions } from '../options.ts';
import { Journal } from '../session/journal.ts';
import { Session } from '../session/session.ts';
import { saveLateChanges, saveNow } from './background.ts';
import type { WriteResult } from './conclude.ts';
import { isWatched, report, reportedCode, type SessionEvent } from './events.ts';
import type { RequestFacts } from './facts.ts';
import { clearOtherVariant } from './several-cookies.ts';
import { StoreCalls, withStatus } from './store-calls.ts';
import { writeSession } from './write-session.ts';

/** One request's session, from load to commit: where it came from, and what became of it. */
export class RequestSession {
  readonly options: ResolvedSessionOptions;
  readonly store: SessionStore;
  readonly direct: DirectStore;
  readonly facts: RequestFacts;
  cookie: RequestCookie;
  readonly calls: StoreCalls;
  /** The request itself, for `peek` and events. */
  readonly request: unknown;
  readonly journal: Journal;
  readonly session: Session;

  /** What all sessions of this request share. */
  record: { cacheControl?: string } = {};
  /** Whether loading has started. With `lazy`, it may never start. */
  isAsked = false;
  /** With `lazy`, the load that a handler requested. */
  loading: PromiseLike<Session> | undefined;
  /** Whether the browser holds another live session under the same cookie name, to be cleared. */
  hasTwin = false;
  /** The cookie value under which the session was found. */
  cookieValue: string | undefined;
  /** Whether the request's only commit has started. Later changes are saved if the session is stored. */
  isCommitted = false;
  /** Why the commit failed and nothing was written. */
  failure: unknown;
  /** Whether the session is in the store after this request's regular write, so that later changes can be saved. */
  isStored: boolean | Promise<boolean> = false;
  /**
   * Receives the work of saving a late change, as the change is made, and keeps the runtime alive for it. If not set, late changes
   * are saved at the end of the response. Use a shared function where possible: V8 retains one that is assigned late, and all it
   * refers to, for a long time.
   */
  later: ((work: PromiseLike<void>) => void) | undefined;
  /** What `save` wrote before the headers were sent; its cookies are sent with the response. */
  saved: WriteResult | undefined;

  constructor(options: ResolvedSessionOptions, facts: RequestFacts, request: unknown) {
    this.options = options;
    this.facts = facts;
    this.request = request;
    this.store = this.#storeInUse();
    this.direct = directStore(this.store);
    this.cookie = options.cookies.receive(facts);
    this.calls = new StoreCalls(this.store.name, options.timeout);
    this.journal = new Journal(options.schema, this);
    this.session = new Session(this.journal);
  }

  #storeInUse(): SessionStore {
    try {
      return this.options.store ?? cachedStore();
    } catch (error) {
      this.reportFailure(undefined, error);
      throw withStatus(error);
    }
  }

  /** Writes the changes made so far. @returns `false` when the session has ended */
  async save(): Promise<boolean> {
    if (this.journal.phase !== 'open') return saveNow(this);
    // A sealed session can only be written with the response.
    if (this.store.kind === 'cookie') return true;
    try {
      const write = this.journal.take();
      const result = clearOtherVariant(this, write, await writeSession(this, write, undefined, false), false);
      if (result.outcome === 'ended-during-request' || result.outcome === 'moved') return false;
      this.journal.noteStored(write);
      this.saved = { ...result, cookies: [...(this.saved?.cookies ?? []), ...(result.cookies ?? [])] };
      return this.journal.base.exists;
    } catch (error) {
      throw withStatus(error);
    }
  }

  /** Reads the session again. @returns `false` when it has ended */
  async reload(): Promise<boolean> {
    const { journal } = this;
    const value = journal.base.exists ? (this.cookieValue ?? journal.base.id) : undefined;
    if (value === undefined) return false;
    try {
      // A session on the server is stored under its id; a sealed one is in the cookie.
      const id = this.store.kind === 'server' ? journal.base.id : value;
      const stored = await this.calls.call(() => this.direct.load(id));
      journal.rebase(stored);
      if (!stored.exists) journal.absence = stored.moved ? 'moved' : 'ended-during-request';
      return stored.exists;
    } catch (error) {
      throw withStatus(error);
    }
  }

  now(): number {
    return this.store.timeouts.now();
  }

  endsBySubject(): boolean {
    return this.direct.endsBySubject;
  }

  planMove(id: string, newId: string): void {
    this.direct.planMove(id, newId);
  }

  /** Called on every change after the headers were sent. */
  noteLateChange(): void {
    if (!this.later) return;
    const saving = saveLateChanges(this);
    if (saving) this.later(saving);
  }

  /** Reports an event, which is created only if anything listens. */
  report(describe: () => SessionEvent): void {
    const { onEvent } = this.options;
    if (isWatched(onEvent)) report(onEvent, describe(), this.request);
  }

  reportFailure(store: string | undefined, error: unknown): void {
    this.report(() => ({
      type: 'request',
      outcome: 'failed',
      cookie: 'skipped',
      reason: 'store-failure',
      store,
      milliseconds: this.calls?.milliseconds ?? 0,
      error: reportedCode(error),
    }));
  }
}
