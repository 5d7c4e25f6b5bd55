import type { Awaitable, SessionContent } from '@store/core';
import { type DropReason, noSession, type SessionWrite } from '../session/journal.ts';
import type { WriteResult } from './conclude.ts';
import { sealSession } from './cookie-writer.ts';
import type { CookieReason, SessionOutcome } from './events.ts';
import { isNavigation, isTouchDue } from './renewal.ts';
import type { RequestSession } from './request-session.ts';
import { createOnServer, touchOnServer, updateOnServer, type Written } from './server-writer.ts';
import { whenReady } from './store-calls.ts';

/** Decides what one request's session needs, and does it. */
export function writeSession(
  request: RequestSession,
  write: SessionWrite,
  failed: DropReason | undefined,
  isPublicResponse: boolean,
): Awaitable<WriteResult> {
  if (write.invalidated) return endSession(request, write, failed !== undefined);
  const content = contentToCreate(write);
  const { absence } = request.journal;
  if (failed) {
    const lost = write.changed || content !== undefined || request.journal.dropped?.hadChanges;
    return skipped(lost ? 'discarded' : write.base.exists ? 'unchanged' : 'none', failed);
  }
  if (content) {
    if (write.options.subject === undefined) {
      if (absence === 'moved') return skipped('moved', 'moved');
      if (absence === 'ended-during-request') return skipped(absence, absence);
    }
    if (request.cookie.isOutsidePath) return skipped('none', 'outside-path');
    const created = create(request, write, content);
    return whenReady(endOthers(request, write, written(request, 'created', 'created', created)), (result) => {
      // Several live sessions under one name: with the new one the others' cookies must go.
      const conflicting = absence === 'ambiguous-cookie' ? request.cookie.clearOthers() : [];
      return conflicting.length > 0 && result.cookies
        ? { ...result, cookies: [...conflicting, ...result.cookies] }
        : result;
    });
  }
  if (!write.base.exists) {
    if (absence !== 'ambiguous-cookie')
      return skipped(absence === 'moved' ? 'moved' : 'none', absence ?? 'nothing-written');
    // Nobody is locked out until a Max-Age runs out: the next request has its own session again.
    return { ...skipped('none', 'ambiguous-cookie'), cookies: request.cookie.clearOthers() };
  }
  if (write.moves) return endOthers(request, write, move(request, write));
  if (write.changed) {
    if (!endsWhenWritten(write))
      return endOthers(request, write, written(request, 'updated', 'updated', update(request, write)));
    if (request.store.kind === 'cookie') return endSealed(request, write);
    return written(request, 'emptied', 'updated', update(request, write));
  }
  const others = write.endsOthers
    ? endOthers(request, write, skipped('unchanged', 'nothing-written'))
    : undefined;
  if (others) return others;
  return touchIfDue(request, write, isPublicResponse);
}

function touchIfDue(
  request: RequestSession,
  write: SessionWrite,
  isPublicResponse: boolean,
): Awaitable<WriteResult> {
  const { store, options, facts } = request;
  if (!isTouchDue(store.timeouts, write.base, options.touchAfter)) return skipped('unchanged', 'not-yet-due');
  if (isPublicResponse) return skipped('unchanged', 'public-response');
  if (store.kind === 'server') return written(request, 'touched', 'renewed', touchOnServer(request, write));
  // A seal that is renewed in the background could overtake the logout of another request and undo it.
  if (!request.direct.endsSessions && !isNavigation(facts)) return skipped('unchanged', 'not-a-navigation');
  const { data, flash } = write.base;
  return written(request, 'touched', 'renewed', sealSession(request, write, { data, flash }));
}

function create(request: RequestSession, write: SessionWrite, content: SessionContent): Awaitable<Written> {
  return request.store.kind === 'cookie'
    ? sealSession(request, write, content)
    : createOnServer(request, write, content);
}

/**
 * Gives the session a new id. A login begins a session of its own when another request has moved this one meanwhile: whichever
 * of two parallel logins the browser keeps the cookie of, it is signed in. Nothing of the moved session comes along.
 */
function move(request: RequestSession, write: SessionWrite): Awaitable<WriteResult> {
  return whenReady(written(request, 'regenerated', 'regenerated', update(request, write)), (result) => {
    if (result.outcome !== 'moved' || write.options.subject === undefined) return result;
    const login = { ...write, base: noSession };
    const content = write.change({ data: {}, flash: {} });
    return written(request, 'created', 'created', create(request, login, content));
  });
}

function update(request: RequestSession, write: SessionWrite): Awaitable<Written> {
  if (request.store.kind === 'server') return updateOnServer(request, write);
  const { data, flash } = write.base;
  return sealSession(request, write, write.change({ data, flash }));
}

/** Whether nothing is left that a session would be kept for. One on the server ends in its update, if that is still so then. */
function endsWhenWritten({ base, options, change }: SessionWrite): boolean {
  if ((options.subject ?? base.subject) !== undefined) return false;
  return isEmpty(change({ data: base.data, flash: base.flash }));
}

async function endSealed(request: RequestSession, { base }: SessionWrite): Promise<WriteResult> {
  await request.calls.call(() => request.store.destroy(base.id));
  return { outcome: 'emptied', cookie: 'cleared', reason: 'updated', cookies: request.cookie.clear() };
}

async function endSession(
  request: RequestSession,
  write: SessionWrite,
  failed: boolean,
): Promise<WriteResult> {
  for (const id of write.ended) await request.calls.call(() => request.store.destroy(id));
  const content = failed ? undefined : contentToCreate(write);
  if (content && !request.cookie.isOutsidePath) {
    const result = await written(request, 'invalidated', 'created', create(request, write, content));
    return endOthers(request, write, result);
  }
  if (request.journal.absence === 'no-cookie') return skipped('none', 'no-cookie');
  const everyVariant = request.store.kind === 'cookie' && !request.direct.endsSessions;
  return {
    outcome: 'invalidated',
    cookie: 'cleared',
    reason: 'invalidated',
    cookies: request.cookie.clear(everyVariant),
  };
}

function endOthers(
  request: RequestSession,
  write: SessionWrite,
  result: Awaitable<WriteResult>,
): Awaitable<WriteResult> {
  const subject = write.options.subject ?? write.base.subject;
  if (!write.endsOthers || subject === undefined) return result;
  return whenReady(result, async (done) => {
    if (done.outcome === 'ended-during-request' || done.outcome === 'moved') return done;
    await request.calls.call(() => request.store.destroyAll(subject, { except: write.id }));
    return done;
  });
}

function written(
  request: RequestSession,
  outcome: SessionOutcome,
  reason: CookieReason,
  writing: Awaitable<Written>,
): Awaitable<WriteResult> {
  return whenReady(writing, (result) => {
    if (result === 'ended') return endedMeanwhile(request);
    if (result.cookies.length === 0) return skipped(outcome, 'not-yet-due');
    return { outcome, cookie: 'set', reason, cookies: result.cookies };
  });
}

/** Another request has ended the session or moved it. The browser's cookie may be the next one's by now, and is left alone. */
async function endedMeanwhile(request: RequestSession): Promise<WriteResult> {
  const { kind } = request.store;
  const { id } = request.journal.base;
  // Only for the event: whether it lives on under another id.
  const now =
    kind === 'server'
      ? await request.calls.call(() => request.direct.load(request.loadedId ?? id))
      : undefined;
  return now?.moved ? skipped('moved', 'moved') : skipped('ended-during-request', 'ended-during-request');
}

export function skipped(outcome: SessionOutcome, reason: CookieReason): WriteResult {
  return { outcome, cookie: 'skipped', reason };
}

/** Whether a request leaves something that a new session must be stored for. */
export function contentToCreate({
  base,
  changed,
  change,
  options,
}: SessionWrite): SessionContent | undefined {
  if (base.exists || (!changed && options.subject === undefined)) return undefined;
  const content = change({ data: {}, flash: {} });
  return isEmpty(content) && options.subject === undefined ? undefined : content;
}

function isEmpty({ data, flash }: SessionContent): boolean {
  return Object.keys(data).length === 0 && Object.keys(flash).length === 0;
}
