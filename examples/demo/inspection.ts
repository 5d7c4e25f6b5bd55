import type { Request } from 'express';
import type { Backend, HeldSession } from './backends/backend.ts';
import type { ChangeLog, RecordChange } from './change-log.ts';
import type { LoggedRequest, RequestLog } from './request-log.ts';
import { cookieOf, type SentCookie } from './session-cookie.ts';

/** Everything to show about one browser's session at one moment. */
export interface Inspection {
  now: number;
  backend: Pick<Backend, 'label' | 'place'>;
  /** Whether the cookie holds the session itself, or its id. */
  kind: Backend['store']['kind'];
  idleTimeout: number;
  cookie: InspectedCookie | undefined;
  held: HeldSession | undefined;
  /** The last form from this browser; `undefined` when this process has seen none. */
  change: RecordChange | undefined;
  requests: readonly LoggedRequest[];
  peeks: number;
}

export interface InspectedCookie extends SentCookie {
  /** The attributes as this process last sent them; `undefined` when an earlier process sent the cookie. */
  attributes: readonly string[] | undefined;
}

export interface Logs {
  requests: RequestLog;
  changes: ChangeLog;
}

/** Inspects the request's cookie and, bypassing the store, the backend. */
export async function inspect(request: Request, backend: Backend, logs: Logs): Promise<Inspection> {
  const { store, label, place } = backend;
  const cookie = cookieOf(request);
  return {
    now: store.timeouts.now(),
    backend: { label, place },
    kind: store.kind,
    idleTimeout: store.timeouts.idleTimeout,
    cookie: cookie && { ...cookie, attributes: logs.requests.attributesOf(cookie.value) },
    held: cookie && (await backend.look(cookie.value)),
    change: await logs.changes.latestOf(request),
    requests: logs.requests.latest(),
    peeks: logs.requests.peeks(),
  };
}
