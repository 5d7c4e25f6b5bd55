import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Connection } from './connection.ts';

/** The load: back-to-back requests on every connection, or `perSecond` in total, whether or not the server keeps up. */
export interface Load {
  path: string;
  milliseconds: number;
  perSecond?: number | undefined;
}

export interface LoadResult {
  requests: number;
  milliseconds: number;
  /** How long each request took in milliseconds, from when it was due to the end of its response. */
  latencies: number[];
}

/** Puts a server under load. No two connections use the same session, so no request waits for another's lock. */
export async function runLoad(
  connections: readonly Connection[],
  cookies: readonly string[],
  { path, milliseconds, perSecond }: Load,
  random: () => number,
): Promise<LoadResult> {
  const latencies: number[] = [];
  const sleepAgain = keepAwake();
  const begin = performance.now();
  const end = begin + milliseconds;

  /** Sends the `n`th request: connections and sessions take turns, and each session stays with one connection. */
  async function request(n: number, due: number): Promise<void> {
    const connection = connections[n % connections.length] as Connection;
    await connection.get(path, cookies[n % cookies.length] as string);
    latencies.push(performance.now() - due);
  }

  async function requests(first: number): Promise<void> {
    for (let n = first; performance.now() < end; n += connections.length) await request(n, performance.now());
  }

  /** Independent visitors: the gaps between requests are exponentially distributed, as in a Poisson process. */
  async function arrivals(rate: number): Promise<void> {
    const underWay: Promise<void>[] = [];
    const gap = () => (-Math.log(1 - random()) * 1000) / rate;
    for (let due = begin + gap(); due < end; due += gap()) {
      while (performance.now() < due) await nextTurn();
      const sent = request(underWay.length, due);
      // A failure is thrown below, once all requests have been sent.
      sent.catch(() => {});
      underWay.push(sent);
    }
    await Promise.all(underWay);
  }

  try {
    await (perSecond === undefined
      ? Promise.all(connections.map((_, first) => requests(first)))
      : arrivals(perSecond));
  } finally {
    sleepAgain();
  }
  return { requests: latencies.length, milliseconds: performance.now() - begin, latencies };
}

/**
 * Keeps this process polling for responses instead of sleeping: on the same machine, the kernel charges the server for waking its
 * client, a cost that a remote client would not cause.
 */
function keepAwake(): () => void {
  let next: NodeJS.Immediate;
  const look = () => {
    next = setImmediate(look);
  };
  look();
  return () => clearImmediate(next);
}
