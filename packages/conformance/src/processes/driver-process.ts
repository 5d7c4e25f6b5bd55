import { type ChildProcess, fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Place } from '../driver/driver-module.ts';
import type { AllJobs, Answer, LastJob, Order, ProcessOrders } from './messages.ts';

/**
 * A store in another process.
 *
 * @example
 * import type { DriverProcess } from '@store/conformance';
 * import { createSessionId } from '@store/core';
 *
 * async function share(one: DriverProcess, other: DriverProcess): Promise<boolean> {
 *   const id = createSessionId();
 *   await one.call('save', id, { user: 'Ada' });
 *   return (await other.call('data', id))?.user === 'Ada';
 * }
 */
export interface DriverProcess {
  /** Runs a job in the process. Rejects with the text of the job's error. */
  call<J extends keyof AllJobs>(
    job: J,
    ...args: Parameters<AllJobs[J]>
  ): Promise<Awaited<ReturnType<AllJobs[J]>>>;
  /** Starts a store in a place, or opens the bare storage there. Jobs run on the most recent one. */
  start(place: Place, bare?: boolean): Promise<void>;
  /**
   * Disconnects from the process and waits for it to exit. The process runs its last jobs while only the driver can keep it alive.
   *
   * @returns its exit code: `endedEarly` if it exited while a job was pending, `undefined` if it did not exit
   */
  leave(...lastJobs: LastJob[]): Promise<number | undefined>;
  kill(): void;
}

/** How long a process may take to exit, in milliseconds. */
const exitWithin = { idle: 10_000, withJobs: 60_000 };
// Next to this file, both in the source and in the build.
const main = fileURLToPath(new URL(`process-main${extname(import.meta.url)}`, import.meta.url));

/** Spawns this many processes, with nothing running in them yet. */
export async function spawnProcesses(count: number, orders: ProcessOrders): Promise<DriverProcess[]> {
  const spawned = Array.from({ length: count }, () => spawn(orders));
  try {
    await Promise.all(spawned.map(({ ready }) => ready));
    return spawned.map(({ driverProcess }) => driverProcess);
  } catch (error) {
    for (const { driverProcess } of spawned) driverProcess.kill();
    throw error;
  }
}

function spawn(orders: ProcessOrders) {
  const child = fork(main, [JSON.stringify(orders)], { execArgv: inheritedFlags(), stdio: 'inherit' });
  const jobs = new Map<number, PromiseWithResolvers<unknown>>();
  const ready = Promise.withResolvers<void>();
  let started = Promise.withResolvers<void>();
  // A caller that awaits one of these promises gets the failure. If none does, the rejection must not be unhandled.
  for (const { promise } of [ready, started]) promise.catch(() => {});
  let last = 0;

  child.on('message', (answer: Answer) => {
    if (answer.type === 'ready') ready.resolve();
    else if (answer.type === 'started') started.resolve();
    else if (answer.type === 'done') jobs.get(answer.number)?.resolve(answer.value);
    else if (answer.number === undefined)
      started.reject(new Error(`Failed to start in another process: ${answer.message}`));
    else jobs.get(answer.number)?.reject(new Error(`In another process: ${answer.message}`));
  });
  child.once('exit', (code, signal) => {
    const gone = new Error(`The other process ended (${signal ?? `exit code ${code}`}).`);
    for (const { reject } of [ready, started, ...jobs.values()]) reject(gone);
  });
  const send = (order: Order) => child.send(order);

  const driverProcess: DriverProcess = {
    call(job, ...args) {
      const number = ++last;
      const waiting = Promise.withResolvers<unknown>();
      jobs.set(number, waiting);
      send({ type: 'job', number, job, args });
      return waiting.promise as Promise<never>;
    },
    start(place, bare = false) {
      started = Promise.withResolvers<void>();
      send({ type: 'start', place, bare });
      return started.promise;
    },
    async leave(...lastJobs) {
      send({ type: 'leave', lastJobs });
      return exitOf(child, lastJobs.length > 0 ? exitWithin.withJobs : exitWithin.idle);
    },
    kill: () => void child.kill('SIGKILL'),
  };
  return { driverProcess, ready: ready.promise };
}

function exitOf(child: ChildProcess, within: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), within);
    child.once('exit', (code) => {
      clearTimeout(timer);
      resolve(code ?? undefined);
    });
  });
}

/** Flags that the driver module may need to load, such as a TypeScript loader, without those of the test runner. */
function inheritedFlags(): string[] {
  return process.execArgv.filter((flag) => !/^--(test|watch|inspect)/.test(flag));
}
