import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { assertOptions, refused } from '../arguments.ts';
import { sendPlainly, serveSession } from '../node/serve-session.ts';
import type { SessionOptions } from '../options.ts';
import { removePageHeaders } from '../request/abandoned-page.ts';
import { discardChanges } from '../request/attached-session.ts';
import { sessionProperty, setSlot } from '../request/session-property.ts';
import { createSessions } from '../request/sessions.ts';
import { failureStatus } from '../request/store-calls.ts';
// By another name: `@fastify/session` declares a `Session` in the module below.
import type { Session as StoreSession } from '../session/session.ts';
import type { AppData, AppFlash } from '../session/session-types.ts';
import { unsupported } from '../session/strict-session.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The session of this request. Typed by what `SessionTypes` declares. */
    session: StoreSession<AppData, AppFlash>;
  }
}

export type FastifySessionOptions = SessionOptions<AppData, FastifyRequest>;

/** Options that `register` reads, and passes on to the plugin. */
const ofRegister = ['prefix', 'logLevel', 'logSerializers'];

/** Which instances of a server have registered the plugin, and under which names of cookies. */
const registrations = new WeakMap<object, { instance: object; name: string }[]>();

/**
 * Gives every request of a Fastify 5 application a session, as `request.session` and through `getSession(request)`.
 *
 * It applies to the instance that registers it, as if made by `fastify-plugin`. The session is loaded in an `onRequest` hook, so
 * register it before hooks that use it, and written before the response's headers leave, after the last `onSend` hook. A store
 * that cannot be reached goes to the error handler as a `StoreError` with `statusCode` 503. A handler or hook that fails
 * writes nothing, whatever status its error becomes.
 *
 * @throws {StoreError} when the application starts: `INVALID_OPTION` when an option cannot be right; `UNSUPPORTED` next to
 *   another session plugin.
 * @example
 * const app = fastify();
 * app.register(sessionPlugin);
 * app.get('/', async ({ session }) => {
 *   session.update('visits', (visits = 0) => Number(visits) + 1);
 *   return `Visit ${session.get('visits')}`;
 * });
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
  // Fastify calls it before the error handler, of whichever instance that is.
  fastify.addHook('onError', (request, _reply, _error, done) => {
    discardChanges(request);
    done();
  });
};

// What `fastify-plugin` would set: the plugin applies to the instance that registers it, and refuses other majors.
Object.assign(sessionPlugin, {
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: '@store/session',
  [Symbol.for('plugin-meta')]: { name: '@store/session', fastify: '5.x' },
});

/** @throws {StoreError} `UNSUPPORTED` next to another session plugin, or twice for one route */
function register(fastify: FastifyInstance, name: string): void {
  const earlier = registrations.get(fastify.server) ?? [];
  // Instances inherit from the one above them. A plugin that is registered above later also serves what is below already.
  const related = earlier.filter(
    ({ instance }) => instance === fastify || isAbove(instance, fastify) || isAbove(fastify, instance),
  );
  if (related.some((registration) => registration.name === name))
    throw unsupported(
      `sessionPlugin with the cookie ${name} is registered twice for the same routes: on this instance, above it or below it. Register it once, or give one of them another cookie: { name }.`,
    );
  registrations.set(fastify.server, [...earlier, { instance: fastify, name }]);
  if (related.some(({ instance }) => instance === fastify || isAbove(instance, fastify))) return;
  if (fastify.hasRequestDecorator('session'))
    throw unsupported(
      'Another plugin, such as @fastify/session, has decorated request.session before this one. Register only one of the two.',
    );
  const { get, set } = sessionProperty;
  fastify.decorateRequest('session', { getter: get, setter: set } as never);
}

function isAbove(instance: object, other: object): boolean {
  return Object.prototype.isPrototypeOf.call(instance, other);
}

/** Sends the error through the error handler of the route instead of the page. */
function sendFailure(reply: FastifyReply, error: unknown): void {
  if (reply.sent) {
    // After `hijack` Fastify no longer owns the response.
    sendPlainly(reply.raw, error);
    return;
  }
  for (const name of String(reply.getHeader('Trailer') ?? '').split(' ')) reply.removeTrailer(name);
  // Fastify keeps headers of its own, and puts them on the response again.
  removePageHeaders({
    names: () => Object.keys(reply.getHeaders()),
    remove: (name) => void reply.removeHeader(name),
  });
  reply.code(failureStatus(error)).send(error);
}
