import type { Group } from './row.ts';
import * as failures from './rows/failures.ts';
import * as responses from './rows/responses.ts';
import * as storeDown from './rows/store-down.ts';
import * as visits from './rows/visits.ts';

/** The lines of the table, and the rows that each one summarizes. */
export const groups: readonly Group[] = [
  { title: 'A page that never uses the session: no write, no header', rows: [visits.neverAsks] },
  {
    title: 'Sign in, sign out, log out everywhere; flash shown exactly once after a redirect',
    rows: [visits.signIn, visits.rememberMe, visits.signOut, visits.logOutEverywhere, visits.flashOnce],
  },
  {
    title: '50 parallel requests keep all 50 keys; a late request after a login changes nothing',
    rows: [visits.parallelKeys, visits.lateRequest],
  },
  {
    title: 'Streams: cookie first, chunks sent as they are produced, late changes kept',
    rows: [...responses.streams, responses.lateChangeFirst],
  },
  { title: 'A stream that fails is cut off', rows: [responses.brokenStream] },
  {
    title: 'Thrown, rejected, 5xx: nothing is written, but `invalidate` takes effect',
    rows: [...failures.failed, ...responses.refusedByRoute, ...failures.invalidateHolds],
  },
  {
    title: "An error that becomes a 4xx: only your error handler's changes are written",
    rows: [...failures.becomes4xx, ...failures.becomes4xxByDefault, ...failures.errorHandlerWrites],
  },
  {
    title: 'HEAD, 304, 204, your own cookies, raw responses, nested routers, the 404 handler',
    rows: [...responses.bodiless, ...responses.ownCookies, ...responses.lowest, ...responses.nested],
  },
  {
    title: 'Session too large for its cookie: error, old session kept; client disconnects: change kept',
    rows: [...storeDown.tooLarge, responses.clientLeaves],
  },
  {
    title: 'Store down or hanging: 503 from your error handler, none of the page sent',
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
