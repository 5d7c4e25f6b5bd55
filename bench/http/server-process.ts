import { fork } from 'node:child_process';
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';
import type { Application } from './application.ts';

/** An application that listens on loopback, in a process of its own. */
export interface ServerProcess {
  origin: string;
  /** Processor time used so far, in microseconds: every thread of that process, and nobody else's. */
  cpu(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts an application as in production, on an empty directory. */
export async function startServer(application: Application, directory: string): Promise<ServerProcess> {
  const { name, module, exportedAs = name, checkout } = application;
  const child = fork(`${import.meta.dirname}/serve.ts`, [module, exportedAs, directory], {
    execArgv: [...process.execArgv, ...(checkout === undefined ? [] : ['--import', hookFor(checkout)])],
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  const answer = async <T>(): Promise<T> => {
    const [message] = await Promise.race([
      once(child, 'message'),
      exited.then(() => Promise.reject(new Error(`The server of ${name} ended.`))),
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
      child.disconnect();
      await exited;
    },
  };
}

function hookFor(checkout: string): string {
  const hook = pathToFileURL(`${import.meta.dirname}/before/import-hook.ts`);
  hook.searchParams.set('checkout', checkout);
  return hook.href;
}
