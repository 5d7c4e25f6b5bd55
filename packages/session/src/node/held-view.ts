import type { ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { headersSent } from './refusals.ts';

type AnyFunction = (...args: unknown[]) => unknown;

/** Methods whose calls keep their position among the waiting calls. */
export type OrderedMethod = 'cork' | 'uncork' | 'addTrailers';
export const orderedMethods: readonly OrderedMethod[] = ['cork', 'uncork', 'addTrailers'];

/** What the functions installed on a response need from the object that holds it. */
export interface Held {
  /** Whether an `end` is waiting. */
  readonly isEndShown: boolean;
  /** Queues a call at its position among the waiting calls, if any are waiting. */
  keep(method: OrderedMethod, args: unknown[]): unknown;
  destroyLater(destroy: () => void): void;
  /** Calls an original method. */
  pass(method: OrderedMethod | 'destroy', args: unknown[]): unknown;
}

/** The property in which a response carries the object that holds it. */
export const held: unique symbol = Symbol('held response');
const waitsFor = Symbol('the response that destroy waits for');
const ownDestroy = Symbol('destroy as it was');

export type HeldServerResponse = ServerResponse & {
  [held]: Held;
  _header?: string | null;
  stream?: Destroyable & { destroyed: boolean; writableHighWaterMark: number };
};

/** A socket, or the stream of an HTTP/2 response. */
interface Destroyable {
  destroy: AnyFunction;
  [waitsFor]?: Held | undefined;
  [ownDestroy]?: AnyFunction;
}

const headerSetters = ['setHeader', 'setHeaders', 'appendHeader', 'removeHeader'] as const;

// Never sent: it is removed before Node can send it.
const placeholder = 'held';

/**
 * Makes a waiting response look to its handler as if its headers had been sent, or as if it had ended.
 *
 * HTTP/1: with a string in `_header`, Node's setters throw their usual errors, and middleware that reads the field (compression,
 * on-headers, finalhandler, morgan) behaves as usual. HTTP/2: its methods check the stream's `headersSent`.
 */
export class HeldView {
  readonly #response: HeldServerResponse;
  readonly #isHttp2: boolean;
  /** Overridden properties. Installed methods are not overridden, since they look up the state themselves. */
  #shadows: { target: object; name: string; before: PropertyDescriptor | undefined }[] = [];
  #guarded: Destroyable | undefined;
  #head: { statusCode: number; statusMessage: string } | undefined;
  #isPrepared = false;
  isEndShown = false;

  constructor(response: HeldServerResponse, isHttp2: boolean) {
    this.#response = response;
    this.#isHttp2 = isHttp2;
  }

  /** Whether Node's response is destroyed. Over HTTP/2, only its stream shows that. */
  get isDestroyed(): boolean {
    return this.#isHttp2 ? this.#response.stream?.destroyed === true : this.#response.destroyed;
  }

  showHeadersSent(): void {
    const response = this.#response;
    if (this.#isHttp2) {
      this.#shadow(response.stream as object, 'headersSent', { value: true });
      return;
    }
    if (Object.hasOwn(response, '_header')) response._header ??= placeholder;
    // Bun has Node's interface, but does not check this field.
    if (!response.headersSent) {
      this.#shadow(response, 'headersSent', { value: true });
      for (const name of headerSetters) this.#shadow(response, name, { value: refuse, writable: true });
    }
    this.#prepare();
  }

  /** Installed methods stay: deleting properties would make the response slow. */
  #prepare(): void {
    if (this.#isPrepared) return;
    this.#isPrepared = true;
    const response = this.#response;
    if (!this.#isHttp2) {
      if (typeof response.cork === 'function') response.cork = orderKeepers.cork as typeof response.cork;
      if (typeof response.uncork === 'function')
        response.uncork = orderKeepers.uncork as typeof response.uncork;
      if (typeof response.addTrailers === 'function')
        response.addTrailers = orderKeepers.addTrailers as typeof response.addTrailers;
    }
    response.destroy = destroyResponse as typeof response.destroy;
  }

  /** Makes `destroy` wait until the response is sent: a late error must not undo a response that was already complete. */
  showEnded(): void {
    const response = this.#response;
    this.isEndShown = true;
    this.#prepare();
    if (this.#isOnSocket && !Object.hasOwn(response, 'writableEnded'))
      Object.defineProperty(response, 'writableEnded', writableEnded);
    const { stream, socket } = response;
    this.#guarded = this.#isHttp2 ? stream : socket instanceof Socket ? (socket as Destroyable) : undefined;
    if (this.#guarded) guard(this.#guarded, response[held]);
  }

  /** Makes Node's real state visible again. */
  restore(): void {
    this.isEndShown = false;
    if (this.#response._header === placeholder) this.#response._header = null;
    if (this.#shadows.length > 0) this.#unshadow();
    // Otherwise the socket would retain its last request.
    if (this.#guarded) this.#guarded[waitsFor] = undefined;
    this.#guarded = undefined;
  }

  #unshadow(): void {
    for (const { target, name, before } of this.#shadows.splice(0).reverse()) {
      if (before) Object.defineProperty(target, name, before);
      else delete (target as { [name: string]: unknown })[name];
    }
  }

  /** Keeps the current status as the one to send. A later assignment is visible to the handler, but has no effect. */
  keepHead(): void {
    const { statusCode } = this.#response;
    // HTTP/2 has no status message, and reading it prints a warning.
    this.#head = { statusCode, statusMessage: this.#isHttp2 ? '' : this.#response.statusMessage };
  }

  /** Sets the status to send. @returns a function that undoes this */
  swapHead(): () => void {
    const response = this.#response;
    const head = this.#head;
    if (!head || response.headersSent) return unchanged;
    const { statusCode } = response;
    if (statusCode === head.statusCode && (this.#isHttp2 || response.statusMessage === head.statusMessage))
      return unchanged;
    response.statusCode = head.statusCode;
    if (this.#isHttp2) return () => void Object.assign(response, { statusCode });
    const { statusMessage } = response;
    response.statusMessage = head.statusMessage;
    return () => {
      response.statusCode = statusCode;
      if (statusMessage !== head.statusMessage) response.statusMessage = statusMessage;
    };
  }

  /**
   * Whether the response is written to a socket, or is from light-my-request (Fastify's `inject`), which waits for `finish`. Other
   * mock responses are read by their creator as soon as `writableEnded` is true.
   */
  get #isOnSocket(): boolean {
    const { socket, req } = this.#response;
    return this.#isHttp2 || (socket ?? req?.socket) instanceof Socket || 'isLightMyRequest' in this.#response;
  }

  #shadow(target: object, name: string, descriptor: PropertyDescriptor): void {
    const before = Object.getOwnPropertyDescriptor(target, name);
    if (before?.configurable === false) return;
    Object.defineProperty(target, name, { configurable: true, ...descriptor });
    this.#shadows.push({ target, name, before });
  }
}

function unchanged(): void {}

// One function per method for all responses: it finds a response's state through the symbol.
const orderKeepers = Object.fromEntries(
  orderedMethods.map((method) => [
    method,
    function (this: HeldServerResponse, ...args: unknown[]): unknown {
      return this[held].keep(method, args);
    },
  ]),
) as Record<OrderedMethod, AnyFunction>;

function destroyResponse(this: HeldServerResponse, ...args: unknown[]): unknown {
  const holder = this[held];
  if (!holder.isEndShown) return holder.pass('destroy', args);
  holder.destroyLater(() => holder.pass('destroy', args));
  return this;
}

const writableEnded: PropertyDescriptor = {
  configurable: true,
  get(this: HeldServerResponse): unknown {
    return this[held].isEndShown || Reflect.get(Object.getPrototypeOf(this), 'writableEnded', this);
  },
};

function refuse(): never {
  throw headersSent(false);
}

/**
 * Express responds to a late error with `socket.destroy()`. A call without an error waits until the response is sent. The function
 * stays on the socket: deleting it would make the socket slow for all later requests.
 */
function guard(target: Destroyable, holder: Held): void {
  target[waitsFor] = holder;
  if (target[ownDestroy]) return;
  target[ownDestroy] = target.destroy;
  target.destroy = destroyLater;
}

function destroyLater(this: Destroyable, error?: unknown): unknown {
  const destroy = this[ownDestroy] as AnyFunction;
  const holder = this[waitsFor];
  if (!holder || error) return destroy.call(this, error);
  holder.destroyLater(() => destroy.call(this));
  return this;
}
