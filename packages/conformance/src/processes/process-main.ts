// The child process of a multi-process case: loads the driver module, starts a store on request, and runs jobs on it.
import type { RecordStorage } from '@store/core/driver';
import type { DriverModule, Place } from '../driver/driver-module.ts';
import { makeStore } from '../driver/make-store.ts';
import { boundStorage } from '../run/bound-storage.ts';
import { errorChain } from './error-chain.ts';
import { createJobs } from './jobs.ts';
import {
  type AllJobs,
  type Answer,
  endedEarly,
  type LastJob,
  type Order,
  type ProcessOrders,
} from './messages.ts';
import { createStorageJobs } from './storage-jobs.ts';

const { url, kind } = JSON.parse(process.argv[2] ?? '') as ProcessOrders;
const module = (await import(url)) as DriverModule;
const options = { cache: false };
let jobs: Partial<AllJobs> = {};

const answer = (message: Answer) => process.send?.(message);

async function startJobs(place: Place, bare: boolean): Promise<Partial<AllJobs>> {
  if (!bare) return createJobs(makeStore(await module.start(options, place), kind, options));
  const storage = await (module.openStorage?.(place) ?? module.start(options, place));
  return createStorageJobs(boundStorage(storage as RecordStorage));
}

async function leave(lastJobs: LastJob[]): Promise<void> {
  process.disconnect();
  process.exitCode = endedEarly;
  for (const job of lastJobs) await jobs[job]?.();
  process.exitCode = 0;
}

async function carryOut(order: Exclude<Order, { type: 'leave' }>): Promise<void> {
  if (order.type === 'start') {
    jobs = await startJobs(order.place, order.bare);
    answer({ type: 'started' });
  } else {
    const job = jobs[order.job] as ((...args: unknown[]) => Promise<unknown>) | undefined;
    const value = (await job?.(...order.args)) ?? null;
    answer({ type: 'done', number: order.number, value });
  }
}

process.on('message', (order: Order) => {
  // The parent no longer listens, so a failing job ends the process as an unhandled rejection.
  if (order.type === 'leave') return void leave(order.lastJobs);
  carryOut(order).catch((error: unknown) => {
    const message = errorChain(error);
    answer(
      order.type === 'job' ? { type: 'failed', number: order.number, message } : { type: 'failed', message },
    );
  });
});
answer({ type: 'ready' });
