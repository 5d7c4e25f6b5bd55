import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { assertOptions, refused } from '../arguments.ts';
import { sendPlainError, serveSession } from '../node/serve-session.ts';
import type { SessionOptions } from '../options.ts';
import { removePageHeaders } from '../request/abandoned-page.ts';
import { discardChanges } from '../request/attached-session.ts';
import { sessionProperty, setSlot } from '../request/session-property.ts';
import { createSessions } from '../request/sessions.ts';
import { failureStatus } from '../request/store-calls.ts';
// Renamed, because `@fastify/session` declares a `Session` in the module below.
import type { Session as StoreSession } from '../session/session.ts';
import type { AppData, AppFlash } from '../session/session-types.ts';
import { unsupported } from '../session/strict-session.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The session of this request, typed as declared in `SessionTypes`. */
    session: StoreSession<AppData, AppFlash>;
  }
}

/**
 * The options of {@link sessionPlugin}.
 *
 * @example
 * import { type FastifySessionOptions, sessionPlugin } from '@store/session/fastify';
 * import fastify from 'fastify';
 *
 * const options: FastifySessionOptions = { peek: (request) => request.url === '/feed' };
 * const app = fastify();
 * app.register(sessionPlugin, options);
 */
export type FastifySessionOptions = SessionOptions<AppData, FastifyRequest>;

/** Options that `register` reads and also passes to the plugin. */
const ofRegister = ['prefix', 'logLevel', 'logSerializers'];

/** Which instances of a server have registered the plugin, and with which cookie names. */
const registrations = new WeakMap<object, { instance: object; name: string }[]>();

/**
 * Gives every request of a Fastify 5 application a session, as `request.session` and through `getSession(request)`.
 *
 * It applies to the instance that registers it, as if wrapped in `fastify-plugin`. The session is loaded in an `onRequest` hook, so
 * register it before hooks that use it. It is written before the response's headers are sent, after the last `onSend` hook. If the
 * store cannot be reached, the error handler receives a `StoreError` with `statusCode` 503. If a handler or hook fails, nothing is
 * written, whatever status its error becomes.
 *
 * @throws {StoreError} when the application starts: `INVALID_OPTION` when an option is invalid; `UNSUPPORTED` alongside another
 *   session plugin.
 * @example
 * import { startSession } from '@store/core/memory';
 * import { sessionPlugin } from '@store/session/fastify';
 * import fastify from 'fastify';
 *
 * await startSession();
 * const app = fastify();
 * app.register(sessionPlugin);
 * app.get('/', async ({ session }) => `Hello, ${session.get('name', 'stranger')}`);
 * const response = await app.inject('/');
 * response.body; // 'Hello, stranger'
 */
export const sessionPlugin: FastifyPluginAsync<FastifySessionOptions> = async (fastify, options) => {
  const call = 'app.register(sessionPlugin, { … })';
  if (typeof (fastify as FastifyInstance | undefined)?.addHook !== 'function')
    throw refused(`Do not call sessionPlugin(). Write ${call}.`);
  assertOptions(options, call);
  const sessions = createSessions(options, ofRegister);
  register(fastify, sessions.name);

  fastify.addHook('onRequest', (request, reply, done) => {
    void serveSession(
      sessions,
      request.raw,
      reply.raw,
      {
        onOpen(slot) {
          if (slot?.isFirst) setSlot(request, slot);
          done();
        },
        onLoadFailed: (error) => done(error as Error),
        onSaveFailed: (error) => sendFailure(reply, error),
      },
      request,
    );
  });
  // Fastify calls this hook before the error handler, whichever instance that belongs to.
  fastify.addHook('onError', (request, _reply, _error, done) => {
    discardChanges(request);
    done();
  });
};

// What `fastify-plugin` would set: the plugin applies to the instance that registers it, and rejects other major versions.
Object.assign(sessionPlugin, {
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: '@store/session',
  [Symbol.for('plugin-meta')]: { name: '@store/session', fastify: '5.x' },
});

/** @throws {StoreError} `UNSUPPORTED` alongside another session plugin, or when registered twice for one route */
function register(fastify: FastifyInstance, name: string): void {
  const earlier = registrations.get(fastify.server) ?? [];
  // Instances inherit from their parent, and a plugin registered later on a parent also applies to its existing children.
  const related = earlier.filter(
    ({ instance }) => instance === fastify || isAbove(instance, fastify) || isAbove(fastify, instance),
  );
  if (related.some((registration) => registration.name === name))
    throw unsupported(
      `sessionPlugin with the cookie ${name} is registered twice for the same routes: on this instance, an ancestor or a descendant. Register it once, or give one of them another cookie: { name }.`,
    );
  registrations.set(fastify.server, [...earlier, { instance: fastify, name }]);
  if (related.some(({ instance }) => instance === fastify || isAbove(instance, fastify))) return;
  if (fastify.hasRequestDecorator('session'))
    throw unsupported(
      'Another plugin, such as @fastify/session, has already decorated request.session. Register only one of the two.',
    );
  const { get, set } = sessionProperty;
  fastify.decorateRequest('session', { getter: get, setter: set } as never);
}

function isAbove(instance: object, other: object): boolean {
  return Object.prototype.isPrototypeOf.call(instance, other);
}

/** Sends the error through the route's error handler instead of the page. */
function sendFailure(reply: FastifyReply, error: unknown): void {
  if (reply.sent) {
    // After `hijack`, Fastify no longer owns the response.
    sendPlainError(reply.raw, error);
    return;
  }
  for (const name of String(reply.getHeader('Trailer') ?? '').split(' ')) reply.removeTrailer(name);
  // Fastify keeps its own copy of the headers and would set them on the response again.
  removePageHeaders({
    names: () => Object.keys(reply.getHeaders()),
    remove: (name) => void reply.removeHeader(name),
  });
  reply.code(failureStatus(error)).send(error);
}
