import { StoreError } from '@store/core';
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { sendPlainly, serveSession } from '../node/serve-session.ts';
import type { SessionOptions } from '../options.ts';
import { discardChanges, getSession, type SessionSlot } from '../request/attached-session.ts';
import { removeRepresentation } from '../request/cache-headers.ts';
import { createSessions } from '../request/sessions.ts';
import { failureStatus } from '../request/store-calls.ts';
// By another name: `@fastify/session` declares a `Session` in the module below.
import type { Session as StoreSession } from '../session/session.ts';
import type { AppData, AppFlash } from '../session/session-types.ts';
import { notAskedFor } from '../session/strict-session.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The session of this request. Typed by what `SessionTypes` declares. */
    session: StoreSession<AppData, AppFlash>;
  }
}

export type FastifySessionOptions = SessionOptions<AppData, FastifyRequest>;

/** What `register` takes for itself, and hands on. */
const ofRegister = ['prefix', 'logLevel', 'logSerializers'];
/** The sessions that an instance and those above it have registered, by the names of their cookies. */
const registered: unique symbol = Symbol.for('@store/session/fastify');
const slotKey: unique symbol = Symbol('session slot');
type Mounted = { [registered]?: readonly string[] };
type Carrier = { [slotKey]?: SessionSlot | null };

/**
 * Gives every request of a Fastify 5 application a session, as `request.session` and through `getSession(request)`.
 *
 * It applies to the instance that registers it, as if made by `fastify-plugin`. The session is loaded in an `onRequest` hook, so
 * register it before hooks that use it, and written before the response's headers leave, after every hook of the application. A
 * store that cannot be reached goes to the error handler as a `StoreError` with `statusCode` 503. A handler or hook that fails
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
  const sessions = createSessions(options, ofRegister);
  const before = (fastify as Mounted)[registered] ?? [];
  if (before.includes(sessions.name)) throw registeredTwice(sessions.name);
  Object.defineProperty(fastify, registered, { value: [...before, sessions.name], configurable: true });
  if (before.length === 0) decorate(fastify);

  fastify.addHook('onRequest', (request, reply, done) => {
    let isOpen = false;
    void serveSession(
      sessions,
      request.raw,
      reply.raw,
      {
        onOpen(slot) {
          isOpen = true;
          if (slot?.isFirst) (request as Carrier)[slotKey] = slot;
          done();
        },
        onFailure: (error) => (isOpen ? sendFailure(reply, error) : done(error as Error)),
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

function decorate(fastify: FastifyInstance): void {
  if (fastify.hasRequestDecorator('session'))
    throw unsupported(
      'Another plugin, such as @fastify/session, has decorated request.session before this one. Register only one of the two.',
    );
  fastify.decorateRequest(slotKey, null);
  // A getter: what never asks for the session costs nothing, and nobody can overwrite it.
  fastify.decorateRequest('session', {
    getter() {
      const slot = (this as Carrier)[slotKey];
      // Without one this throws, and says why there is no session.
      if (!slot) return getSession(this);
      if (!slot.isLoaded) throw notAskedFor();
      return slot.session as unknown as StoreSession<AppData, AppFlash>;
    },
  });
}

/** The response is an error instead, by the error handler of the route. */
function sendFailure(reply: FastifyReply, error: unknown): void {
  if (reply.sent) {
    // After `hijack` the response is not Fastify's any more.
    sendPlainly(reply.raw, error);
    return;
  }
  // Fastify keeps headers of its own, and puts them on the response again.
  removeRepresentation({
    names: () => Object.keys(reply.getHeaders()),
    remove: (name) => void reply.removeHeader(name),
  });
  reply.code(failureStatus(error)).send(error);
}

function registeredTwice(name: string): StoreError {
  return unsupported(
    `sessionPlugin with the cookie ${name} is registered twice on this instance, or on one above it. Register it once, or give one of them another cookie: { name }.`,
  );
}

function unsupported(text: string): StoreError {
  return new StoreError('UNSUPPORTED', `[@store/session] ${text}`);
}
