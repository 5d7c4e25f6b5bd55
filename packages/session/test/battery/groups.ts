import type { Group } from './row.ts';
import * as failures from './rows/failures.ts';
import * as responses from './rows/responses.ts';
import * as storeDown from './rows/store-down.ts';
import * as visits from './rows/visits.ts';

/** The lines of the table, and the rows behind each. */
export const groups: readonly Group[] = [
  { title: 'A page that never asks for the session: no store call, no header', rows: [visits.neverAsks] },
  {
    title: 'Sign in, sign out, log out everywhere; flash exactly once over a redirect',
    rows: [visits.signIn, visits.rememberMe, visits.signOut, visits.logOutEverywhere, visits.flashOnce],
  },
  {
    title: '50 parallel requests leave 50 keys; a late one after a login changes nothing',
    rows: [visits.parallelKeys, visits.lateRequest],
  },
  {
    title: 'Streams: cookie first, chunks as they come, late changes kept',
    rows: [...responses.streams, responses.lateChangeFirst],
  },
  { title: 'A stream that breaks is cut', rows: [responses.brokenStream] },
  {
    title: 'Thrown, rejected, 5xx: nothing is written, and `invalidate` holds',
    rows: [...failures.failed, ...responses.refusedByRoute, ...failures.invalidateHolds],
  },
  {
    title: 'An error that becomes a 4xx: only what your error handler changes is written',
    rows: [...failures.becomes4xx, ...failures.becomes4xxByDefault, ...failures.errorHandlerWrites],
  },
  {
    title: 'HEAD, 304, 204, cookies of your own, raw responses, nested routers, the 404 handler',
    rows: [...responses.bodiless, ...responses.ownCookies, ...responses.lowest, ...responses.nested],
  },
  {
    title:
      'Too large for its cookie: an error, the session stays; a client that disconnects: the change is kept',
    rows: [...storeDown.tooLarge, responses.clientLeaves],
  },
  {
    title: 'Store down or silent: 503 by your error handler, nothing of the page',
    rows: [
      ...storeDown.storeDown,
      ...storeDown.ownCookiesGo,
      ...storeDown.streamIsClosed,
      ...storeDown.storeSilent,
    ],
  },
  { title: 'Store down, without an error handler: 503', rows: storeDown.storeDownByDefault },
  { title: 'Mounted twice: one session, one cookie', rows: [visits.mountedTwice] },
  { title: 'Test requests: `inject`, `app.request`, supertest', rows: [visits.fakeRequest] },
];
