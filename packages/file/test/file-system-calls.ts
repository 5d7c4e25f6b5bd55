import { createRequire, syncBuiltinESMExports } from 'node:module';
import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  Worker,
  workerData,
} from 'node:worker_threads';
import type { RecordStorage } from '@store/core/driver';

/** A call to a function of `node:fs`. */
export interface FileSystemCall {
  readonly name: string;
  readonly args: unknown[];
  /** Makes the call, with other arguments if given. */
  perform(...args: unknown[]): unknown;
}

/** Handles a call: returns or throws what the caller gets. */
export type Watcher = (call: FileSystemCall) => unknown;

type FileSystem = typeof import('node:fs');

const watchedNames = /Sync$|^f(data)?sync$/;

/** `node:fs`, but every synchronous function and every flush goes to `watcher()` first, if one is set. */
export function watchFileSystem(fs: FileSystem, watcher: () => Watcher | undefined): FileSystem {
  const watched = { ...fs };
  for (const [name, original] of Object.entries(fs)) {
    if (typeof original !== 'function' || !watchedNames.test(name)) continue;
    const call = original as (...args: unknown[]) => unknown;
    const watchedCall = (...args: unknown[]) => {
      const watch = watcher();
      if (!watch) return call(...args);
      return watch({ name, args, perform: (...others) => call(...(others.length > 0 ? others : args)) });
    };
    Reflect.set(watched, name, Object.assign(watchedCall, original));
  }
  return watched;
}

const changing =
  /^(write|rename|unlink|link|symlink|mkdir|rmdir|rm|f?utimes|f?chmod|f?truncate|writeFile|appendFile|copyFile)Sync$/;
const creates = 0o100;

/** Whether a call changes anything that another process can see. */
export function isChange({ name, args }: FileSystemCall): boolean {
  const [, flags] = args;
  if (name === 'openSync')
    return typeof flags === 'number' ? (flags & creates) !== 0 : /[wa]/.test(`${flags}`);
  return changing.test(name);
}

/** Thrown by every call that a killed process makes. */
export class Killed extends Error {}

/** A process that is killed after its nth change. */
export interface Doomed {
  readonly watcher: Watcher;
  /** The changes it has made, by name. */
  readonly changes: string[];
}

/** How much of a killed process's last write takes effect. */
const lengths = {
  nowhere: (length: number) => length,
  'before its last byte': (length: number) => length - 1,
  'in the middle': (length: number) => length >> 1,
  'after its first byte': () => 1,
  'at its beginning': () => 0,
};
export type Cut = keyof typeof lengths;
export const allCuts = Object.keys(lengths) as Cut[];

/** @param cut where its last change is cut off, if it is a write */
export function killedAfter(n: number, closeSync: FileSystem['closeSync'], cut: Cut = 'nowhere'): Doomed {
  const changes: string[] = [];
  const watcher: Watcher = (call) => {
    // The system closes the files of a killed process.
    if (call.name === 'closeSync') return call.perform();
    if (changes.length >= n) throw new Killed();
    if (!isChange(call)) return call.perform();
    const isLast = changes.length === n - 1;
    // A call that fails changes nothing and is not counted.
    const result = isLast && call.name === 'writeSync' ? writePart(call, cut) : call.perform();
    changes.push(call.name);
    if (!isLast) return result;
    if (call.name === 'openSync') closeSync(result as number);
    throw new Killed();
  };
  return { watcher, changes };
}

function writePart({ args, perform }: FileSystemCall, cut: Cut): void {
  const [file, bytes, from = 0] = args as [number, Buffer, number?];
  const length = lengths[cut](bytes.length - from);
  if (length > 0) perform(file, bytes, from, length);
}

/** A task for a process: a function of its storage, or `end`, which follows marks as core does. */
export interface Task {
  method: string;
  args: unknown[];
}

/** A process, simulated on a thread, that can stop before any of its file-system calls and continue on request. */
export interface SteppedProcess {
  /** Resolves when it is ready for a task. */
  readonly started: unknown;
  /** Starts a task and stops before call `calls`, counted from 0. @returns whether it is done */
  start(task: Task, calls: number): boolean;
  /** Continues. @returns whether the task is done */
  resume(calls: number): boolean;
  /** What the task returned. */
  outcome(): unknown;
  terminate(): Promise<number>;
}

const [turn, budget] = [0, 1];
const turns = { ours: 0, theirs: 1, done: 2 };

export function startProcess(directory: string): SteppedProcess {
  const gate = new Int32Array(new SharedArrayBuffer(8));
  const { port1: port, port2: theirs } = new MessageChannel();
  const script = `import(${JSON.stringify(import.meta.url)}).then(({ serve }) => serve())`;
  const worker = new Worker(script, {
    eval: true,
    workerData: { directory, gate, port: theirs },
    transferList: [theirs],
  });
  port.unref();
  const started = Atomics.waitAsync(gate, turn, turns.ours).value;
  worker.unref();
  function run(calls: number, task?: Task): boolean {
    gate[budget] = calls;
    Atomics.store(gate, turn, turns.theirs);
    if (task) port.postMessage(task);
    else Atomics.notify(gate, turn);
    // The notification for the previous task may arrive only now, and would end the wait for this one.
    while (Atomics.load(gate, turn) === turns.theirs) {
      if (Atomics.wait(gate, turn, turns.theirs, 20_000) === 'timed-out')
        throw new Error('The process hangs.');
    }
    return Atomics.load(gate, turn) === turns.done;
  }
  return {
    start: (task, calls) => run(calls, task),
    resume: (calls) => run(calls),
    outcome: () => receiveMessageOnPort(port)?.message,
    started,
    terminate: () => worker.terminate(),
  };
}

interface Threaded {
  directory: string;
  gate: Int32Array;
  port: MessagePort;
}

/** What runs on the thread of such a process. */
export async function serve(): Promise<void> {
  const { directory, gate, port } = workerData as Threaded;
  let isStepped = false;
  const watcher: Watcher = ({ name, perform }) => {
    // Closing a file is invisible to other processes.
    if (name === 'closeSync') return perform();
    if (gate[budget] === 0) {
      Atomics.store(gate, turn, turns.ours);
      Atomics.notify(gate, turn);
      Atomics.wait(gate, turn, turns.ours);
    }
    Atomics.sub(gate, budget, 1);
    return perform();
  };
  const fs = createRequire(import.meta.url)('node:fs') as FileSystem;
  const watched = watchFileSystem({ ...fs }, () => (isStepped ? watcher : undefined));
  for (const [name, call] of Object.entries(watched))
    if (watchedNames.test(name)) Reflect.set(fs, name, call);
  syncBuiltinESMExports();
  // Waiting for another process would take a long time, because that process is stopped.
  Reflect.set(globalThis, 'setTimeout', (work: () => void) => setImmediate(work));
  const { openDirectory } = await import('../src/directory/open-directory.ts');
  const { createFileStorage } = await import('../src/file-storage.ts');
  Atomics.store(gate, turn, turns.done);
  Atomics.notify(gate, turn);
  const opened = openDirectory(directory);
  port.on('message', async ({ method, args }: Task) => {
    const storage = createFileStorage(opened, { durable: false, onDamaged: () => {} });
    const methods = { ...storage, end: (key: string) => end(storage, key) } as Record<
      string,
      (...args: unknown[]) => unknown
    >;
    isStepped = true;
    let outcome: unknown;
    try {
      outcome = await methods[method]?.(...args);
    } catch (error) {
      outcome = `${error}`;
    }
    isStepped = false;
    port.postMessage(outcome);
    Atomics.store(gate, turn, turns.done);
    Atomics.notify(gate, turn);
  });
}

/** Ends a session wherever its marks lead, as core does. */
async function end(storage: RecordStorage, key: string): Promise<boolean> {
  for (let at = key; ; ) {
    if ((await storage.deleteSession?.(at)) === true) return true;
    const found = await storage.read(at);
    if (found === undefined) return false;
    if (found.idleTimeout === 0) at = JSON.parse(found.payload).moved;
  }
}
