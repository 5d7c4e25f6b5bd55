import type { Context, Middleware } from 'koa';
import { assertOptions } from '../arguments.ts';
import { NodeHeaders } from '../node/response-headers.ts';
import { serveSession } from '../node/serve-session.ts';
import type { SessionOptions } from '../options.ts';
import { cancelStream, removePageHeaders } from '../request/abandoned-page.ts';
import { discardChanges, isClaimed } from '../request/attached-session.ts';
import { commitSession } from '../request/commit-session.ts';
import { applyHeaders } from '../request/conclude.ts';
import type { RequestSession } from '../request/request-session.ts';
import { setSessionProperty } from '../request/session-property.ts';
import { createSessions, type Sessions } from '../request/sessions.ts';
import { failureStatus } from '../request/store-calls.ts';
import type { Session } from '../session/session.ts';
import type { AppData, AppFlash } from '../session/session-types.ts';
import { unsupported } from '../session/strict-session.ts';

declare module 'koa' {
  interface DefaultContext {
    /** The session of this request, typed as declared in `SessionTypes`. */
    session: Session<AppData, AppFlash>;
  }
}

/**
 * The options of {@link sessionMiddleware}.
 *
 * @example
 * import { type KoaSessionOptions, sessionMiddleware } from '@store/session/koa';
 *
 * const options: KoaSessionOptions = { peek: (ctx) => ctx.path === '/feed' };
 * const middleware = sessionMiddleware(options);
 */
export type KoaSessionOptions<Data extends object = AppData> = SessionOptions<Data, Context>;

/**
 * Gives every request of a Koa 2 or 3 application a session, as `ctx.session` and through `getSession(ctx)`.
 *
 * The session is written when the middleware below it is done, before the response starts, so the next request sees it, even after
 * a redirect. If the store cannot be reached, or the session cannot be written, a `StoreError` with a `status`, such as 503, is
 * thrown to the middleware above. If middleware below fails, nothing is written, whatever status its error becomes: mount error
 * handlers above.
 *
 * @throws {StoreError} `INVALID_OPTION` when an option is invalid.
 * @example
 * import { startSession } from '@store/core/memory';
 * import { sessionMiddleware } from '@store/session/koa';
 * import Koa from 'koa';
 *
 * await startSession();
 * const app = new Koa();
 * app.use(sessionMiddleware());
 * app.use((ctx) => {
 *   ctx.session.update('visits', (visits = 0) => Number(visits) + 1);
 *   ctx.body = `Visit ${ctx.session.get('visits')}`;
 * });
 */
export function sessionMiddleware<Data extends object = AppData>(
  options: KoaSessionOptions<Data> = {},
): Middleware {
  assertOptions(options, 'app.use(sessionMiddleware({ … }))');
  const sessions = createSessions(options);

  return async (ctx, next) => {
    const opened = await open(sessions, ctx as Context);
    try {
      await next();
    } catch (error) {
      discardChanges(ctx);
      throw error;
    }
    // If the response has started, or the application sends it itself, the session is written when its headers are sent.
    if (opened && ctx.respond !== false && !ctx.headerSent) await commit(opened, ctx as Context);
  };
}

/** @returns `undefined` when the same middleware already serves the request */
function open(sessions: Sessions, ctx: Context): Promise<RequestSession | undefined> {
  if ('session' in ctx && !isClaimed(ctx)) {
    throw unsupported(
      'Another middleware, such as koa-session, has already set ctx.session. Mount only one of the two.',
    );
  }
  return new Promise((resolve, reject) => {
    void serveSession(
      sessions,
      ctx.req,
      ctx.res,
      {
        onOpen(slot, opened) {
          if (slot?.isFirst) setSessionProperty(ctx, slot);
          resolve(opened);
        },
        onLoadFailed: reject,
        // Koa does not wait for this commit, so the error has to be passed to it.
        onSaveFailed: (error) => ctx.onerror(error as Error),
      },
      ctx,
    );
  });
}

/** Writes the session while a failure can still be thrown, so that the middleware above handles it. */
async function commit(opened: RequestSession, ctx: Context): Promise<void> {
  const headers = new NodeHeaders(ctx.res);
  try {
    applyHeaders(await commitSession(opened, { status: ctx.status, headers }), headers);
  } catch (error) {
    abandonPage(ctx, failureStatus(error));
    throw error;
  }
}

/** Clears the abandoned page, so that the error handler above starts with an empty response. */
function abandonPage(ctx: Context, status: number): void {
  // Koa closes Node streams, but leaves web streams open.
  const { body } = ctx;
  if (body instanceof Response) cancelStream(body.body);
  if (body instanceof ReadableStream) cancelStream(body);
  // The headers go first: with a JSON content type, Koa would turn an empty body into `null`.
  removePageHeaders({
    names: () => Object.keys(ctx.response.headers),
    remove: (name) => ctx.remove(name),
  });
  ctx.body = undefined;
  ctx.status = status;
}
