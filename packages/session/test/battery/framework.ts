import type { SessionData } from '@store/core';
import type { Session, SessionOptions } from '../../src/index.ts';
import type { Acts } from './acts.ts';

/** The session of a request; `undefined` in an application that runs without our middleware. */
export type Visitor = Session<SessionData, SessionData> | undefined;

/**
 * A column of the battery: the same application, written in the style of one framework.
 *
 * Each route responds with the framework's redirect, error class, cookie API and streams, and leaves what happens to the session
 * to {@link Acts}. Unless noted otherwise, `text` is the name of the key, with status 200.
 *
 * | route | act | response |
 * | --- | --- | --- |
 * | `POST /sign-in/:user`, `POST /remember/:user`, `POST /sign-out` | `signIn`, `remember`, `signOut` | redirect, 303 to `/me` |
 * | `POST /end-all` | `await endAll` | text `ended` |
 * | `GET /me` | `describe` | its result as JSON |
 * | `GET /untouched` | none: the session is not used | text `untouched` |
 * | `GET /keys/:key`, `GET /sub/keys/:key` | `set` | text; the second in a nested router, sub-application or plugin |
 * | `GET /slow/:key` | `await slow` | text |
 * | `GET /stream`, `GET /broken` | `chunks`, `broken` | the generator, as the body and without a length; the second throws midway |
 * | `GET /throw` | `throwError` | the act throws |
 * | `GET /throw-async` | `await reject` | the act rejects |
 * | `GET /refuse` | `set` `refused` | throws the framework's error class with status 422 |
 * | `GET /conflict`, `GET /try-again` | `conflict`, `tryAgain` | the act throws, and the error handler decides |
 * | `GET /leave` | `signOut` | throws the framework's error class with status 403 |
 * | `GET /invalid`, `GET /fail` | `set` `invalid`, `set` `fail` | text with status 400, 500, without any error |
 * | `GET /not-modified`, `GET /empty` | `set` `not-modified`, `set` `empty` | 304 with the header `ETag: "same"`; 204 |
 * | `GET /cookie` | `set` `cookie` | cookies `theme=dark` and `lang=en` set with the framework's cookie API, redirect, 303 to `/me` |
 * | `GET /raw` | `set` `raw` | 303 with a `Location` of `/me`, sent past the framework as far as possible |
 * | `GET /page`, `GET /big` | `set` `page`, `big` | `page` of acts.ts: its status, its headers, cookie `theme=dark`, its text |
 * | anything else | `set` `missing` | the framework's 404 handler: text `missing`, status 404. For `/last` it throws the framework's error class with status 422 instead, from the last layer of the application |
 *
 * With `handlesErrors` the application has an error handler: it responds as `acts.recover` returns, with a redirect (303) if it has
 * a `location`, otherwise with `status` and `text`.
 */
export interface Framework {
  /** The column's heading, such as `Express 5`. */
  name: string;
  start(options: SessionOptions, acts: Acts, variant: Variant): Promise<Running>;
  /**
   * Rows that the framework fails even without our middleware, each with what it does. This is verified: the row has to fail the
   * same way in the application without our middleware.
   */
  asBare?: { readonly [row: string]: string };
  /** What does not apply to the framework, by row name or by a row's `needs`, each with its reason. */
  without?: { readonly [rowOrNeed: string]: string };
}

/** Needs of individual checks: a framework without them skips those checks, not the whole row. */
export const partialNeeds = [
  /** The response to a thrown error carries our headers. */
  'error responses',
  /** The application's error handler responds even in place of a response that the route sends without the framework. */
  'error handlers of raw responses',
];

export interface Variant {
  /** How many times the same middleware is mounted. */
  mounts: number;
  /** Whether the application has an error handler; otherwise the framework's default responds. */
  handlesErrors: boolean;
  /** Without our middleware, and so without sessions. */
  isBare: boolean;
}

/** An application that listens on 127.0.0.1. */
export interface Running {
  port: number;
  /** Closes every connection, and resolves once the server is no longer listening. */
  close(): Promise<void>;
  /** A GET request without a socket, as the framework's users make it in tests: `app.request`, `inject`. */
  inject?(path: string, headers: { [name: string]: string }): Promise<Injected>;
}

export interface Injected {
  status: number;
  setCookies: string[];
  body: string;
}
