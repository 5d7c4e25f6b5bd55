// Runs on each runtime, bundled into one file without imports; prints one line of JSON that tells what was kept.

import { createSessionId } from '@store/core';
import { startSession } from '../src/index.ts';
import { findSynchronousCrypto } from '../src/synchronous-sealing.ts';
import { keepPromises, sharedData, sharedPassword } from './runtime-promises.ts';
import { hideSynchronousCrypto } from './sealings.ts';

/** What a runtime reports. */
export interface RuntimeReport {
  /** Whether it has the synchronous path. */
  synchronous: boolean;
  /** The promises kept on each path. */
  kept: string[][];
  /** One cookie of each path, for another runtime to open. */
  cookies: string[];
}

async function sealShared(): Promise<string> {
  const store = await startSession({ password: sharedPassword, cache: false });
  return store.cookieValue(createSessionId(), sharedData, {});
}

// Top-level code is where applications start their store; workerd draws no random numbers there, and need not.
const startedAtOnce = await startSession({ password: sharedPassword, cache: false });

/** Everything twice where there are two paths. */
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

/** workerd's entry; every other runtime runs the file as a program. */
export default {
  async test(): Promise<void> {
    console.log(`report ${JSON.stringify(await report())}`);
  },
};

if (navigator.userAgent !== 'Cloudflare-Workers') console.log(`report ${JSON.stringify(await report())}`);
