// Runs on each runtime, bundled into one file without imports; prints one line of JSON with the promises kept.

import { createSessionId } from '@store/core';
import { startSession } from '../src/index.ts';
import { findSynchronousCrypto } from '../src/synchronous-sealing.ts';
import { keepPromises, sharedData, sharedPassword } from './runtime-promises.ts';
import { hideSynchronousCrypto } from './sealings.ts';

/** The report of a runtime. */
export interface RuntimeReport {
  /** Whether it has the synchronous path. */
  synchronous: boolean;
  /** The promises kept on each path. */
  kept: string[][];
  /** One cookie from each path, for another runtime to open. */
  cookies: string[];
}

async function sealShared(): Promise<string> {
  const store = await startSession({ password: sharedPassword, cache: false });
  return store.cookieValue(createSessionId(), sharedData, {});
}

// Applications start their store in top-level code, where workerd does not allow random numbers; starting needs none.
const startedAtOnce = await startSession({ password: sharedPassword, cache: false });

/** Runs everything twice where both paths exist. */
export async function report(): Promise<RuntimeReport> {
  const synchronous = findSynchronousCrypto() !== undefined;
  const kept = [await keepPromises()];
  await startedAtOnce.cookieValue(createSessionId(), {}, {});
  const cookies = [await sealShared()];
  if (synchronous) {
    const restore = hideSynchronousCrypto();
    kept.push(await keepPromises());
    cookies.push(await sealShared());
    restore();
  }
  return { synchronous, kept, cookies };
}

/** The entry point for workerd; every other runtime runs the file as a program. */
export default {
  async test(): Promise<void> {
    console.log(`report ${JSON.stringify(await report())}`);
  },
};

if (navigator.userAgent !== 'Cloudflare-Workers') console.log(`report ${JSON.stringify(await report())}`);
