import { createSession } from '../session/create-session.ts';
import type { Session } from '../session/session.ts';
import type { SessionWrite } from '../session/session-journal.ts';
import { isPublic, protectFromCaches, type ResponseHeaders } from './cache-headers.ts';
import { collectGarbage } from './collect-garbage.ts';
import { createCookieWriter } from './cookie-writer.ts';
import { createLateSave } from './late-changes.ts';
import type { Opening } from './opening.ts';
import { errorCode } from './report-event.ts';
import { createServerWriter } from './server-writer.ts';
import type { SessionOutcome } from './session-event.ts';
import type { ResolvedSessionOptions } from './session-options.ts';
import { contentToCreate, hasEffect, type Settlement, settleSession, skipped } from './settle-session.ts';
import { withStatus } from './store-calls.ts';
import { isTouchDue } from './touch-policy.ts';

/** One request's session, from loaded to written. Adapters drive it; it knows no framework. */
export interface Exchange {
  readonly session: Session;
  /** Says that the handler threw: nothing will be written, except that `invalidate` ends the session. */
  discard(): void;
  /**
   * Writes the session and adds its headers. To be called once, when the response is about to leave; synchronous when the
   * store has nothing to do.
   *
   * @throws {StoreError} with a `status`, when the session could not be written and the response must not leave.
   */
  commit(response: { status: number; headers: ResponseHeaders }): Promise<void> | undefined;
  /** Whether the session changed after `commit`. */
  hasLateChanges(): boolean;
  /** Saves what changed after `commit`; never rejects. */
  saveLateChanges(): Promise<void>;
  /** Calls back at every change after `commit`. */
  onLateChange(listener: () => void): void;
  /** The garbage collection to run after the response, if this request is the one in so many; it never rejects. */
  garbageCollection(): (() => Promise<void>) | undefined;
}

/** Outcomes after which the session is in the store, so that later changes can be saved. */
const lasting: ReadonlySet<SessionOutcome> = new Set([
  'unchanged',
  'touched',
  'created',
  'updated',
  'regenerated',
]);

const noCookies: readonly string[] = [];

export function createExchange(opening: Opening, options: ResolvedSessionOptions<never>): Exchange {
  const { store, cookie, received, absence, readOnly, calls, report, isDropped } = opening;
  const { touchAfter } = options;
  let lateListener = () => {};
  let discarded = false;
  let stored: boolean | Promise<boolean> = false;
  const { session, journal } = createSession({
    stored: opening.stored,
    schema: options.schema,
    readOnly: readOnly?.error,
    onLateChange: () => lateListener(),
  });
  const writer = () =>
    store.kind === 'server'
      ? createServerWriter(store, cookie, calls, touchAfter)
      : createCookieWriter(store, received, calls, cookie.chunks);

  function settle(write: SessionWrite, failed: boolean, headers: ResponseHeaders) {
    const { timeouts } = store;
    const due = isTouchDue(timeouts, timeouts.now(), write.base, touchAfter);
    const touch = !due ? 'not-yet-due' : isPublic(headers) ? 'public-response' : 'due';
    const destroy = (id: string) => calls.call(() => store.destroy(id));
    return settleSession({ write, writer, received, absence, failed, touch, destroy });
  }

  function conclude(settlement: Settlement, headers: ResponseHeaders): undefined {
    const { setCookies = noCookies } = settlement;
    for (const setCookie of setCookies) headers.append('Set-Cookie', setCookie);
    if (setCookies.length > 0 || journal.isUsed()) protectFromCaches(headers, setCookies.length > 0);
    report(() => {
      const { outcome, cookie: sent, reason, error } = settlement;
      return {
        type: 'request',
        outcome,
        cookie: sent,
        reason,
        driver: store.name,
        milliseconds: calls.spent(),
        ...(error !== undefined && { error: errorCode(error) }),
        ...(sent === 'set' && isDropped() && { warning: 'secure-cookie-over-http' }),
        ...(journal.misfits.length > 0 && { misfits: journal.misfits }),
      };
    });
  }

  return {
    session,
    discard() {
      discarded = true;
    },
    commit({ status, headers }) {
      if (readOnly) return conclude(skipped(readOnly.because, readOnly.reason), headers);
      const failed = discarded || status >= 500;
      const write = journal.take();
      // A store that fails here fails the request, unless that costs nothing the application did.
      const failure = (error: unknown): undefined => {
        const isHarmless = failed || (options.onStoreFailure === 'anonymous' && !hasEffect(write));
        const outcome = !isHarmless ? 'failed' : failed ? 'discarded' : 'unchanged';
        conclude({ ...skipped(outcome, 'store-failure'), error }, headers);
        if (!isHarmless) throw withStatus(error);
      };
      const isLasting = ({ outcome, cookie: sent }: Settlement) =>
        !failed && (lasting.has(outcome) || (outcome === 'invalidated' && sent === 'set'));
      try {
        const willLast = write.base.exists || contentToCreate(write) !== undefined;
        journal.setPhase(store.kind === 'server' && willLast ? 'values-only' : 'closed');
        const settlement = settle(write, failed, headers);
        if (!('then' in settlement)) {
          stored = isLasting(settlement);
          return conclude(settlement, headers);
        }
        stored = settlement.then(isLasting, () => false);
        return settlement.then((done) => conclude(done, headers)).catch(failure);
      } catch (error) {
        return failure(error);
      }
    },
    hasLateChanges: () => journal.isChanged(),
    saveLateChanges: createLateSave(store, journal, calls, report, async () => !discarded && (await stored)),
    onLateChange(listener) {
      lateListener = listener;
    },
    garbageCollection() {
      if (store.kind === 'cookie' || options.random() >= options.gcProbability) return undefined;
      return () => collectGarbage(store, report);
    },
  };
}
