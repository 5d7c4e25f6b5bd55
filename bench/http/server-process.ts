import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Application } from './applications.ts';

/** An application that listens on the loopback interface, in a separate process. */
export interface ServerProcess {
  origin: string;
  /** Processor time used so far by all threads of that process, in microseconds. */
  cpu(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts an application as it would run in production, in an empty directory. */
export async function startServer(application: Application, directory: string): Promise<ServerProcess> {
  const { framework, checkout, name, variantOf = name } = application;
  const args = [framework, variantOf, directory, ...(checkout === undefined ? [] : [checkout])];
  const child = fork(`${import.meta.dirname}/serve.ts`, args, {
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  const answer = async <T>(): Promise<T> => {
    const [message] = await Promise.race([
      once(child, 'message'),
      exited.then(() => Promise.reject(new Error(`The server of ${name} on ${framework} exited.`))),
    ]);
    return message as T;
  };
  const { port } = await answer<{ port: number }>();
  return {
    origin: `http://127.0.0.1:${port}`,
    async cpu() {
      child.send('cpu');
      const { user, system } = await answer<NodeJS.CpuUsage>();
      return user + system;
    },
    async stop() {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}
