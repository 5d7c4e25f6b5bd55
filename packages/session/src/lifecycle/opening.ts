import type { SessionStore, StoredSession } from '@store/core';
import type { ReceivedCookie } from '../cookie/received-cookie.ts';
import type { SessionCookie } from '../cookie/session-cookie.ts';
import type { ReportEvent } from './report-event.ts';
import type { StoreCalls } from './store-calls.ts';

/** What was found at the beginning of a request. */
export interface Opening {
  store: SessionStore;
  cookie: SessionCookie;
  received: ReceivedCookie;
  stored: StoredSession;
  absence: 'no-cookie' | 'ambiguous-cookie' | 'unknown-session' | undefined;
  readOnly:
    | { because: 'peeked' | 'anonymous'; reason: 'peek' | 'store-failure'; error: () => Error }
    | undefined;
  calls: StoreCalls;
  /** Whether browsers are going to drop the cookie, as far as the request tells. */
  isDropped(): boolean;
  report: ReportEvent;
}
