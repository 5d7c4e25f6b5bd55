import type { ResolvedTimeouts, SaveOptions, StoredSession } from '@store/core';
import type { RequestSession } from './request-session.ts';

/** What decides how long a session lives, and who its subject is. */
export interface Life extends SaveOptions {
  createdAt?: number | undefined;
}

/** A session's life after this request's options are applied. A login restarts it, and takes nothing over from another user. */
export function lifeOf(stored: StoredSession, options: SaveOptions): Life {
  const isAnotherUser =
    options.subject !== undefined && stored.subject !== undefined && options.subject !== stored.subject;
  const base: Life = isAnotherUser ? {} : stored;
  return {
    createdAt: options.subject === undefined ? base.createdAt : undefined,
    ...pick('subject', options.subject ?? base.subject),
    ...pick('idleTimeout', options.idleTimeout ?? base.idleTimeout),
    ...pick('expireOnClose', options.expireOnClose ?? base.expireOnClose),
  };
}

function pick<Name extends string, T>(name: Name, value: T | undefined): { [N in Name]?: T } {
  return value === undefined ? {} : ({ [name]: value } as { [N in Name]?: T });
}

/** Seconds the browser keeps the cookie; `undefined` means until the browser closes. */
export function maxAgeOf(request: RequestSession, now: number, life: Life): number | undefined {
  if (life.expireOnClose ?? request.cookie.expireOnClose) return undefined;
  return secondsToLive(request.store.timeouts, now, life);
}

/** Whole seconds until a session written or touched at `now` ends: its idle timeout, or less if the absolute limit comes first. */
export function secondsToLive(
  { idleTimeout, absoluteTimeout }: ResolvedTimeouts,
  now: number,
  session: { createdAt?: number | undefined; idleTimeout?: number | undefined },
): number {
  const idle = session.idleTimeout ?? idleTimeout;
  if (absoluteTimeout === false) return idle;
  const left = Math.floor(((session.createdAt ?? now) - now) / 1000) + absoluteTimeout;
  return Math.max(0, Math.min(idle, left));
}

/**
 * Whether a read of this session should restart its idle period: `touchAfter` seconds after it last started, and never once the
 * absolute limit determines when the session ends.
 *
 * A driver that does not report when its sessions end gets a touch on every request, since none may be missed. A session marked
 * `renew` is touched immediately: a cookie sealed with an old password must be resealed before that password is removed.
 */
export function isTouchDue(
  timeouts: ResolvedTimeouts,
  session: StoredSession,
  touchAfter: number | undefined,
): boolean {
  const { expiresAt, createdAt } = session;
  if (expiresAt === undefined || session.renew) return true;
  const now = timeouts.now();
  const idle = (session.idleTimeout ?? timeouts.idleTimeout) * 1000;
  const limit =
    timeouts.absoluteTimeout === false || createdAt === undefined
      ? Number.POSITIVE_INFINITY
      : createdAt + timeouts.absoluteTimeout * 1000;
  const lastBegan = expiresAt - idle;
  return Math.min(now + idle, limit) > expiresAt && now - lastBegan >= periodOf(idle, touchAfter);
}

/**
 * Whether a write, which restarts the idle period anyway, should renew the cookie too: the first write in each period of
 * `touchAfter` seconds does, counted from the session's creation.
 *
 * If the seconds were counted from the last write, the cookie of a session written more often than `touchAfter` would never be
 * renewed, and would expire while the session is in use.
 */
export function isCookieDue(
  timeouts: ResolvedTimeouts,
  now: number,
  session: StoredSession,
  touchAfter: number | undefined,
): boolean {
  const { expiresAt, createdAt } = session;
  if (expiresAt === undefined || createdAt === undefined) return true;
  const idle = (session.idleTimeout ?? timeouts.idleTimeout) * 1000;
  const period = periodOf(idle, touchAfter);
  if (period === 0) return true;
  const periodAt = (time: number) => Math.floor((time - createdAt) / period);
  return periodAt(now) > periodAt(expiresAt - idle);
}

function periodOf(idle: number, touchAfter: number | undefined): number {
  return touchAfter === undefined ? idle / 10 : touchAfter * 1000;
}
