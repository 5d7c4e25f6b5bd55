import { type ChildProcess, fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Place } from '../driver/driver-module.ts';
import type { AllJobs, Answer, LastJob, Order, ProcessOrders } from './messages.ts';

/** A store in another process. */
export interface DriverProcess {
  /** Has the process do a job. Rejects with what the job threw, as text. */
  call<J extends keyof AllJobs>(
    job: J,
    ...args: Parameters<AllJobs[J]>
  ): Promise<Awaited<ReturnType<AllJobs[J]>>>;
  /** Starts a store in a place, or opens the bare storage there; jobs are done on the newest. */
  start(place: Place, bare?: boolean): Promise<void>;
  /**
   * Lets go of the process, which does its last jobs with nothing but the driver to keep it alive, and waits for it to end by
   * itself.
   *
   * @returns its exit code, `endedEarly` if it ended while a job was pending; `undefined` when it did not end
   */
  leave(...lastJobs: LastJob[]): Promise<number | undefined>;
  kill(): void;
}

/** Milliseconds that a process is given to end. */
const exitWithin = { idle: 10_000, withJobs: 60_000 };
// Beside this file, whether as source or built.
const main = fileURLToPath(new URL(`process-main${extname(import.meta.url)}`, import.meta.url));

/** Makes that many processes, in which nothing is started yet. */
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
  // Whoever waits hears of a failure; nobody may be waiting.
  for (const { promise } of [ready, started]) promise.catch(() => {});
  let last = 0;

  child.on('message', (answer: Answer) => {
    if (answer.type === 'ready') ready.resolve();
    else if (answer.type === 'started') started.resolve();
    else if (answer.type === 'done') jobs.get(answer.number)?.resolve(answer.value);
    else if (answer.number === undefined)
      started.reject(new Error(`Starting in another process: ${answer.message}`));
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

/** Flags that the driver module may need to load (a TypeScript loader), without the test runner's own. */
function inheritedFlags(): string[] {
  return process.execArgv.filter((flag) => !/^--(test|watch|inspect)/.test(flag));
}
