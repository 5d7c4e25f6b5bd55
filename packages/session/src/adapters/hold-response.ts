import type { ServerResponse } from 'node:http';
import {
  type Call,
  drop,
  isRefused,
  isRepeated,
  type Method,
  type Methods,
  methods,
} from './response-call.ts';
import { reportProgress } from './response-progress.ts';
import { applyWriteHead } from './write-head.ts';

/** What happens while a response is held back. */
export interface ResponseHooks {
  /** The headers are about to leave. They do once the answer resolves, at once if there is none. */
  beforeHeaders(): Promise<void> | undefined;
  /** The response is about to end. It does once the answer resolves, at once if there is none. Must not fail. */
  beforeEnd(): Promise<void> | undefined;
  /** `beforeHeaders` failed. Nothing has left; what the handler sent is dropped, and an error can be answered. */
  onFailure(error: unknown): void;
}

/**
 * Lets work be done before a response's headers leave, and again before it ends, without the handler noticing: calls made
 * meanwhile wait and are made afterwards in their order; `write` answers `false` until then, and `drain` follows;
 * `headersSent` and `writableEnded` tell what the handler has done.
 * The wrappers stay and later let everything through, since other middleware may have wrapped them in turn.
 */
export function holdResponse(response: ServerResponse, hooks: ResponseHooks): void {
  const { writeHead, flushHeaders, write, end } = response as unknown as Methods;
  const original: Methods = { writeHead, flushHeaders, write, end };
  let begun = false;
  let failure: { error: unknown } | undefined;
  let waiting: Call[] | undefined;

  const pass = ({ method, args }: Call) => original[method].apply(response, args);

  /** @returns whether the call has to wait */
  function waits(call: Call): boolean {
    if (waiting) {
      waiting.push(call);
      return true;
    }
    let work: Promise<void> | undefined;
    if (!begun) {
      begun = true;
      try {
        work = hooks.beforeHeaders();
      } catch (error) {
        fail([call], error);
        return true;
      }
    }
    work ??= lateWork(call);
    if (work) hold([call], work);
    return work !== undefined;
  }

  function lateWork(call: Call): Promise<void> | undefined {
    if (call.method !== 'end' || call.hasWaited) return undefined;
    call.hasWaited = true;
    return hooks.beforeEnd();
  }

  function hold(calls: Call[], work: Promise<void>): void {
    waiting = calls;
    reportProgress(response, () => waiting);
    work
      .then(
        () => release(calls),
        (error) => fail(calls, error),
      )
      // Only a call that Node itself refuses gets here, and its caller is gone.
      .catch(() => response.destroy());
  }

  function release(calls: Call[]): void {
    waiting = undefined;
    let ready = false;
    for (let call = calls.shift(); call; call = calls.shift()) {
      const work = lateWork(call);
      if (work) {
        hold([call, ...calls], work);
        return;
      }
      const answer = pass(call);
      if (call.method === 'write') ready = answer !== false;
    }
    // Every held write was answered `false`, so its source waits for this.
    if (ready && !response.writableEnded && !response.destroyed) response.emit('drain');
  }

  function fail(calls: Call[], error: unknown): void {
    waiting = undefined;
    failure = { error };
    for (const call of calls) drop(call, error);
    // The error's answer goes past whatever the handler, or middleware on top, still has in hand.
    Object.assign(response, answerOnce(response, original));
    hooks.onFailure(error);
  }

  const wrap =
    (method: Method) =>
    (...given: unknown[]): unknown => {
      if (failure) return drop({ method, args: given }, failure.error, response);
      // Node's own error, thrown where the mistake is.
      if (isRefused(method, given[0])) return pass({ method, args: given });
      let args = given;
      if (method === 'writeHead' && (waiting || !begun)) {
        if (waiting && isRepeated(response, given)) return response;
        applyWriteHead(response, given);
        args = [response.statusCode];
      }
      if (!waits({ method, args })) return pass({ method, args });
      return method === 'write' ? false : method === 'flushHeaders' ? undefined : response;
    };

  const wrapped: Methods = {
    writeHead: wrap('writeHead'),
    flushHeaders: wrap('flushHeaders'),
    write: wrap('write'),
    end: wrap('end'),
  };
  Object.assign(response, wrapped);
}

/** Methods that go straight to the response until it has ended, and nowhere from then on. */
function answerOnce(response: ServerResponse, original: Methods): Methods {
  let ended = false;
  const once =
    (method: Method) =>
    (...args: unknown[]): unknown => {
      if (ended)
        return drop({ method, args }, new Error('The response has been answered with an error.'), response);
      const answer = original[method].apply(response, args);
      ended = method === 'end';
      return answer;
    };
  return Object.fromEntries(methods.map((method) => [method, once(method)])) as Methods;
}
