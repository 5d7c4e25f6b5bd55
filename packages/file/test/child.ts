import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A child process that shares a session directory with the test; it ends when the test does, if not before. */
export interface Child {
  readonly process: ChildProcess;
  /** Sends a message. @returns the next message received */
  ask(message: unknown): Promise<unknown>;
  /** The next message. */
  next(): Promise<unknown>;
  /** Waits until the process has ended; fails unless it exited with 0, or was ended by the given signal. */
  ended(signal?: NodeJS.Signals): Promise<void>;
  kill(signal: NodeJS.Signals): void;
}

export function startChild(script: string, ...args: string[]): Child {
  return startUnder([], script, ...args);
}

/** The same under a command that prepares the environment and then runs the rest of its arguments, as `nice` does. */
export function startUnder(command: string[], script: string, ...args: string[]): Child {
  const [program = '', ...rest] = [
    ...command,
    process.execPath,
    join(import.meta.dirname, `${script}.ts`),
    ...args,
  ];
  const child = spawn(program, rest, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const exit = once(child, 'exit');
  const received: unknown[] = [];
  const waiting: ((message: unknown) => void)[] = [];
  child.on('message', (message) => {
    const resolve = waiting.shift();
    if (resolve) resolve(message);
    else received.push(message);
  });

  function next(): Promise<unknown> {
    if (received.length > 0) return Promise.resolve(received.shift());
    const message = new Promise((resolve) => waiting.push(resolve));
    const died = exit.then(([code, signal]) => {
      throw new Error(`${script} exited with ${code ?? signal} without replying`);
    });
    return Promise.race([message, died]);
  }

  return {
    process: child,
    next,
    ask(message) {
      child.send(message as object);
      return next();
    },
    async ended(signal) {
      const [code, by] = await exit;
      if (signal === undefined ? code !== 0 : by !== signal) {
        throw new Error(`${script} ended with ${code ?? by}`);
      }
    },
    kill: (signal) => void child.kill(signal),
  };
}
