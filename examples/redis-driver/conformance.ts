import type { DriverModule, Place } from '@store/conformance';
import { createClient } from 'redis';
import { startSession } from './redis-driver.ts';
import { command, socketIn, startServer, stopServer } from './redis-server.ts';
import { redisStorage } from './redis-storage.ts';

/** The directory of this run's server. Read from the environment, which other processes of a case inherit. */
const directory = process.env.REDIS_DIRECTORY ?? '';
const prefixOf = ({ namespace }: Place) => `{${namespace}}`;

export const capabilities: DriverModule['capabilities'] = { subjects: true, sharedBetweenProcesses: true };

export const start: DriverModule['start'] = (options, place) =>
  startSession({ ...options, redis: `unix:${socketIn(directory)}`, prefix: prefixOf(place) });

export const openStorage: DriverModule['openStorage'] = async (place) => {
  const client = createClient({ socket: { path: socketIn(directory), tls: false } });
  await client.connect();
  return { ...redisStorage(client, prefixOf(place)), close: () => client.close() };
};

export const peek: DriverModule['peek'] = async (key, place) => {
  const fields = (await command(directory, 'HGETALL', `${prefixOf(place)}:record:${key}`)) as object;
  return Object.keys(fields).length > 0 ? JSON.stringify(fields) : undefined;
};

export async function dump(place: Place): Promise<string> {
  const keys = (await command(directory, 'KEYS', `${prefixOf(place)}:*`)) as string[];
  const values = await Promise.all(
    keys.map((key) => command(directory, key.includes(':record:') ? 'HGETALL' : 'TYPE', key)),
  );
  return JSON.stringify([keys, values]);
}

export const breakBackend: DriverModule['breakBackend'] = () => stopServer(directory);

export const mendBackend: DriverModule['mendBackend'] = () => startServer(directory);
