import { parseCookie } from 'cookie';
import type { Request } from 'express';
import type { Backend, HeldSession } from './backends/backend.ts';
import type { LoggedRequest, RequestLog } from './request-log.ts';

/** What there is to see of one browser's session at one moment. */
export interface Inspection {
  now: number;
  backend: Pick<Backend, 'label' | 'place'>;
  /** Whether the cookie holds the session itself, or its id. */
  kind: Backend['store']['kind'];
  idleTimeout: number;
  cookie: InspectedCookie | undefined;
  held: HeldSession | undefined;
  requests: readonly LoggedRequest[];
  peeks: number;
}

export interface InspectedCookie {
  name: string;
  value: string;
  /** As last sent by this process; `undefined` when an earlier one sent it. */
  attributes: readonly string[] | undefined;
}

/** Looks at the request's cookie and into the backend, past the store. */
export async function inspect(request: Request, backend: Backend, log: RequestLog): Promise<Inspection> {
  const { store, label, place } = backend;
  const cookie = sessionCookie(request, log);
  return {
    now: store.timeouts.now(),
    backend: { label, place },
    kind: store.kind,
    idleTimeout: store.timeouts.idleTimeout,
    cookie,
    held: cookie && (await backend.look(cookie.value)),
    requests: log.latest(),
    peeks: log.peeks(),
  };
}

/** Over https the cookie has its prefix, on plain http://localhost it cannot. */
function sessionCookie(request: Request, log: RequestLog): InspectedCookie | undefined {
  const cookies = parseCookie(request.headers.cookie ?? '');
  const name = ['__Host-session', 'session'].find((candidate) => cookies[candidate]);
  const value = name && cookies[name];
  if (!name || !value) return undefined;
  return { name, value, attributes: log.attributesOf(value) };
}
