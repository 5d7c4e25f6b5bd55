import type { DriverModule, Place } from '@store/conformance';
import type { DriverSession, StoreDriver } from '@store/core';
import { sessionKey } from '@store/core/driver';

const places = new Map<string, Map<string, DriverSession>>();
const broken = new Set<string>();

export function sessionsOf({ namespace }: Place): Map<string, DriverSession> {
  const sessions = places.get(namespace) ?? new Map<string, DriverSession>();
  places.set(namespace, sessions);
  return sessions;
}

async function hop({ namespace }: Place): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  if (broken.has(namespace)) throw new Error('The backend is down.');
}

/** A correct driver made of four functions. */
export const functionsDriver = {
  capabilities: { sharedBetweenInstances: true },
  start({ idleTimeout = 7200, now = Date.now }, place): StoreDriver {
    const sessions = sessionsOf(place);
    const isLive = (session: DriverSession | undefined) => now() < (session?.expiresAt ?? 0);
    return {
      async load(id) {
        await hop(place);
        const session = sessions.get(sessionKey(id));
        return isLive(session) ? session : undefined;
      },
      async save(id, data, flash) {
        await hop(place);
        sessions.set(sessionKey(id), { data, flash, expiresAt: now() + idleTimeout * 1000 });
      },
      async destroy(id) {
        await hop(place);
        sessions.delete(sessionKey(id));
      },
      async gc() {
        await hop(place);
        const expired = [...sessions].filter(([, session]) => !isLive(session));
        for (const [key] of expired) sessions.delete(key);
        return expired.length;
      },
    };
  },
  dump: (place) => JSON.stringify([...sessionsOf(place)]),
  breakBackend: (place) => void broken.add(place.namespace),
  mendBackend: (place) => void broken.delete(place.namespace),
  cleanUp: (place) => void places.delete(place.namespace),
} satisfies DriverModule;
