import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';

const verdaccio = join(import.meta.dirname, 'node_modules/verdaccio/bin/verdaccio');

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('the probe has no port');
  return address.port;
}

/**
 * Starts an empty registry on loopback, for our scope and for drivers that tests create and publish. Everything else is proxied
 * from `upstream`.
 */
export async function startRegistry(
  folder: string,
  upstream: string,
): Promise<{ url: string; stop(): void }> {
  const config = {
    storage: join(folder, 'storage'),
    web: { enable: false },
    uplinks: { npm: { url: upstream, timeout: '60s', max_fails: 10, fail_timeout: '1s' } },
    packages: {
      '@store/*': { access: '$all', publish: '$all' },
      'driver-begun-with-*': { access: '$all', publish: '$all' },
      '**': { access: '$all', proxy: 'npm' },
    },
    max_body_size: '100mb',
    log: { type: 'stdout', format: 'pretty', level: 'warn' },
  };
  const path = join(folder, 'verdaccio.yaml');
  await writeFile(path, JSON.stringify(config));
  const url = `http://127.0.0.1:${await freePort()}/`;
  const output = join(folder, 'output.txt');
  const log = await open(output, 'w');
  const registry = spawn(process.execPath, [verdaccio, '--config', path, '--listen', url.slice(7, -1)], {
    cwd: folder,
    stdio: ['ignore', log.fd, log.fd, 'ipc'],
  });
  await log.close();
  await Promise.race([
    once(registry, 'message'),
    once(registry, 'exit').then(async () => {
      throw new Error(`Verdaccio did not start: ${await readFile(output, 'utf8')}`);
    }),
  ]);
  return { url, stop: () => registry.kill() };
}
