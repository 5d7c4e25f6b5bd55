import type { ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { headersSent } from './refusals.ts';

type AnyFunction = (...args: unknown[]) => unknown;

/** Methods that keep their place between the calls that wait. */
export type OrderedMethod = 'cork' | 'uncork' | 'addTrailers';
export const orderedMethods: readonly OrderedMethod[] = ['cork', 'uncork', 'addTrailers'];

/** What the functions that are put on a response ask and tell the one who holds it. */
export interface Held {
  /** Whether an `end` waits. */
  readonly isEndShown: boolean;
  /** A call that keeps its place between those that wait, if any do. */
  keep(method: OrderedMethod, args: unknown[]): unknown;
  destroyLater(destroy: () => void): void;
  /** Calls a method as it was. */
  pass(method: OrderedMethod | 'destroy', args: unknown[]): unknown;
}

/** Where a response carries the one who holds it. */
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

// Never sent: it is removed before Node could send it.
const placeholder = 'held';

/**
 * Shows a response to its handler as one whose headers have left, or that has ended, while it still waits.
 *
 * HTTP/1: with a string in `_header` Node's own setters throw Node's own errors, and middleware that reads the field (compression,
 * on-headers, finalhandler, morgan) does what it would. HTTP/2: its methods ask the stream's `headersSent`.
 */
export class HeldView {
  readonly #response: HeldServerResponse;
  readonly #isHttp2: boolean;
  /** What is seen besides the methods, which ask by themselves. */
  #shadows: { target: object; name: string; before: PropertyDescriptor | undefined }[] = [];
  #guarded: Destroyable | undefined;
  #head: { statusCode: number; statusMessage: string } | undefined;
  #isPrepared = false;
  isEndShown = false;

  constructor(response: HeldServerResponse, isHttp2: boolean) {
    this.#response = response;
    this.#isHttp2 = isHttp2;
  }

  /** Whether Node's response is, which only shows in its stream over HTTP/2. */
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
    // Bun has Node's interface, and does not ask this field.
    if (!response.headersSent) {
      this.#shadow(response, 'headersSent', { value: true });
      for (const name of headerSetters) this.#shadow(response, name, { value: refuse, writable: true });
    }
    this.#prepare();
  }

  /** Methods stay once they are put there: taking properties away again would make the response slow. */
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

  /** `destroy` waits until the response is out: a late error must not undo what was said before it. */
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

  /** Lets Node's own state be seen again. */
  restore(): void {
    this.isEndShown = false;
    if (this.#response._header === placeholder) this.#response._header = null;
    if (this.#shadows.length > 0) this.#unshadow();
    // Or the socket would keep its last request alive.
    if (this.#guarded) this.#guarded[waitsFor] = undefined;
    this.#guarded = undefined;
  }

  #unshadow(): void {
    for (const { target, name, before } of this.#shadows.splice(0).reverse()) {
      if (before) Object.defineProperty(target, name, before);
      else delete (target as { [name: string]: unknown })[name];
    }
  }

  /** Keeps the status of now as the one to send. What is assigned later is seen by the handler, and has no effect. */
  keepHead(): void {
    const { statusCode } = this.#response;
    // HTTP/2 has no message, and warns of being asked for it.
    this.#head = { statusCode, statusMessage: this.#isHttp2 ? '' : this.#response.statusMessage };
  }

  /** Puts the status to send in its place. @returns what undoes it */
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
   * Whether it reaches a client by itself, or waits for `finish` as that of light-my-request does, which Fastify's `inject` uses.
   * Others are read by their maker as soon as `writableEnded` says so.
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

// One function for each method, whatever the number of responses: they find their response's state by its symbol.
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
 * Express responds to a late error with `socket.destroy()`. Without an error of the socket's own, that waits until the response is
 * out. The function stays on the socket: taking it away again would make the socket slow for all later requests.
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
