import type { Awaitable, SessionContent } from '@store/core';
import type { OutgoingCookie } from '../cookie/outgoing-cookie.ts';
import type { DropReason } from '../session/journal.ts';
import { noSession, type SessionWrite } from '../session/session-write.ts';
import type { WriteResult } from './conclude.ts';
import { sealSession } from './cookie-writer.ts';
import { rememberEnded } from './ended-seals.ts';
import type { CookieReason, SessionOutcome } from './events.ts';
import { isTouchDue } from './renewal.ts';
import type { RequestSession } from './request-session.ts';
import { createOnServer, touchOnServer, updateOnServer, type Written } from './server-writer.ts';
import { whenReady } from './store-calls.ts';

/** Decides how one request's session has to be written, and writes it. */
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
    return whenReady(
      endOthers(request, write, written(request, write, 'created', 'created', created)),
      (result) => {
        // Several cookies held live sessions. Now that a new session exists, the other cookies are cleared.
        const conflicting = absence === 'ambiguous-cookie' ? request.cookie.clearOthers() : [];
        return conflicting.length > 0 && result.cookies
          ? { ...result, cookies: [...conflicting, ...result.cookies] }
          : result;
      },
    );
  }
  if (!write.base.exists) {
    // Cleared now instead of waiting for Max-Age to run out, so that the next request has a single session again.
    if (absence === 'ambiguous-cookie') return cleared(absence, request.cookie.clearOthers());
    if (absence === 'ended-earlier') return cleared(absence, request.cookie.clear(true));
    return skipped(absence === 'moved' ? 'moved' : 'none', absence ?? 'nothing-written');
  }
  if (write.moves) return endOthers(request, write, move(request, write));
  if (write.changed) {
    if (!endsWhenWritten(write))
      return endOthers(request, write, written(request, write, 'updated', 'updated', update(request, write)));
    if (request.store.kind === 'cookie') return endSealed(request, write);
    return written(request, write, 'emptied', 'updated', update(request, write));
  }
  if (write.othersOf !== undefined) return endOthers(request, write, skipped('unchanged', 'nothing-written'));
  return touchIfDue(request, write, isPublicResponse);
}

function touchIfDue(
  request: RequestSession,
  write: SessionWrite,
  isPublicResponse: boolean,
): Awaitable<WriteResult> {
  const { store, options } = request;
  if (!isTouchDue(store.timeouts, write.base, options.touchAfter)) return skipped('unchanged', 'not-yet-due');
  if (isPublicResponse) return skipped('unchanged', 'public-response');
  if (store.kind === 'server')
    return written(request, write, 'touched', 'renewed', touchOnServer(request, write));
  const { data, flash } = write.base;
  return written(request, write, 'touched', 'renewed', sealSession(request, write, { data, flash }));
}

function create(request: RequestSession, write: SessionWrite, content: SessionContent): Awaitable<Written> {
  return request.store.kind === 'cookie'
    ? sealSession(request, write, content)
    : createOnServer(request, write, content);
}

/**
 * Gives the session a new id. If another request moved it first, a login starts a separate session, so that after two parallel
 * logins the user is signed in whichever cookie the browser keeps. Nothing is copied from the moved session.
 */
function move(request: RequestSession, write: SessionWrite): Awaitable<WriteResult> {
  const moved = written(request, write, 'regenerated', 'regenerated', update(request, write));
  return whenReady(moved, (result) => {
    if (result.outcome !== 'moved' || write.options.subject === undefined) return result;
    const login = { ...write, base: noSession };
    const content = write.change({ data: {}, flash: {} });
    return written(request, login, 'created', 'created', createOnServer(request, login, content));
  });
}

function update(request: RequestSession, write: SessionWrite): Awaitable<Written> {
  if (request.store.kind === 'server') return updateOnServer(request, write);
  const { data, flash } = write.base;
  return sealSession(request, write, write.change({ data, flash }));
}

/** Whether the write leaves nothing worth keeping. On a server store, the update decides again, based on the latest content. */
function endsWhenWritten({ base, options, change }: SessionWrite): boolean {
  if ((options.subject ?? base.subject) !== undefined) return false;
  return isEmpty(change({ data: base.data, flash: base.flash }));
}

async function endSealed(request: RequestSession, { base }: SessionWrite): Promise<WriteResult> {
  await request.calls.call(() => request.store.destroy(base.id));
  const cookies = [...request.cookie.clear(), ...rememberEnded(request, [base.id])];
  return { outcome: 'emptied', cookie: 'cleared', reason: 'updated', cookies };
}

async function endSession(
  request: RequestSession,
  write: SessionWrite,
  failed: boolean,
): Promise<WriteResult> {
  for (const id of write.ended) await request.calls.call(() => request.store.destroy(id));
  const content = failed ? undefined : contentToCreate(write);
  if (content && !request.cookie.isOutsidePath) {
    // Written before the ended ids are remembered: if the write fails, the old seal's cookie stays, and must still open.
    const result = await written(request, write, 'invalidated', 'created', create(request, write, content));
    const cookies = [...(result.cookies ?? []), ...rememberEnded(request, write.ended)];
    return endOthers(request, write, { ...result, cookies });
  }
  if (request.journal.absence === 'no-cookie') return skipped('none', 'no-cookie');
  const everyVariant = request.store.kind === 'cookie' && !request.direct.endsSessions;
  const ended: WriteResult = {
    outcome: 'invalidated',
    cookie: 'cleared',
    reason: 'invalidated',
    cookies: [...request.cookie.clear(everyVariant), ...rememberEnded(request, write.ended)],
  };
  return failed ? ended : endOthers(request, write, ended);
}

function endOthers(
  request: RequestSession,
  write: SessionWrite,
  result: Awaitable<WriteResult>,
): Awaitable<WriteResult> {
  const { othersOf, id } = write;
  if (othersOf === undefined) return result;
  return whenReady(result, async (done) => {
    if (done.outcome === 'ended-during-request' || done.outcome === 'moved') return done;
    // After `invalidate` there may be no session to spare.
    const spared = id === '' ? {} : { except: id };
    await request.calls.call(() => request.store.destroyAll(othersOf, spared));
    return done;
  });
}

function written(
  request: RequestSession,
  write: SessionWrite,
  outcome: SessionOutcome,
  reason: CookieReason,
  writing: Awaitable<Written>,
): Awaitable<WriteResult> {
  return whenReady(writing, (result) => {
    if (result === 'ended') return resultOfLostSession(request, write);
    if (result.cookies.length === 0) return skipped(outcome, 'not-yet-due');
    return { outcome, cookie: 'set', reason, cookies: result.cookies };
  });
}

/**
 * Another request has ended or moved the session. That request's cookie may already be in the browser, so none is set or cleared
 * here. A login needs to know whether the session ended or moved; otherwise only the event does.
 */
async function resultOfLostSession(
  request: RequestSession,
  { base, options }: SessionWrite,
): Promise<WriteResult> {
  if (request.store.kind === 'server') {
    try {
      const now = await request.calls.call(() => request.direct.load(base.id));
      if (now.moved) return skipped('moved', 'moved');
    } catch (error) {
      if (options.subject !== undefined) throw error;
    }
  }
  return skipped('ended-during-request', 'ended-during-request');
}

function cleared(reason: CookieReason, cookies: readonly OutgoingCookie[]): WriteResult {
  return { outcome: 'none', cookie: 'cleared', reason, cookies };
}

export function skipped(outcome: SessionOutcome, reason: CookieReason): WriteResult {
  return { outcome, cookie: 'skipped', reason };
}

/** The content that a request leaves for a new session; `undefined` when none needs to be stored. */
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
