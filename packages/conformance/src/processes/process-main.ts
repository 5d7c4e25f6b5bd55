// The other process of a case with several: loads the driver module, starts a store when told to, and does jobs on it.
import { inspect } from 'node:util';
import type { DriverModule } from '../driver/driver-module.ts';
import { makeStore } from '../driver/make-store.ts';
import { createJobs, type Jobs } from './jobs.ts';
import type { Answer, Order, ProcessOrders } from './messages.ts';

const { url, kind, place } = JSON.parse(process.argv[2] ?? '') as ProcessOrders;
const module = (await import(url)) as DriverModule;
let jobs: Jobs | undefined;

const answer = (message: Answer) => process.send?.(message);

async function obey(order: Order): Promise<void> {
  if (order.type === 'leave') {
    process.disconnect();
  } else if (order.type === 'start') {
    const options = { cache: false };
    jobs = createJobs(makeStore(await module.start(options, place), kind, options));
    answer({ type: 'started' });
  } else {
    const job = jobs?.[order.job] as ((...args: unknown[]) => Promise<unknown>) | undefined;
    const value = (await job?.(...order.args)) ?? null;
    answer({ type: 'done', number: order.number, value });
  }
}

process.on('message', (order: Order) => {
  obey(order).catch((error: unknown) => {
    const message = inspect(error);
    answer(
      order.type === 'job' ? { type: 'failed', number: order.number, message } : { type: 'failed', message },
    );
  });
});
answer({ type: 'ready' });
