import { createSessionId, type SessionStore } from '@store/core';

/** Saves one session of the subject for each device name. @returns their ids */
export async function saveDevices(
  store: SessionStore,
  subject: string,
  devices: string[],
): Promise<string[]> {
  const ids: string[] = [];
  for (const device of devices) {
    const id = createSessionId();
    await store.save(id, { device }, {}, { subject });
    ids.push(id);
  }
  return ids;
}

/** The devices of a subject's listed sessions, in alphabetical order. */
export const devicesOf = async (store: SessionStore, subject: string): Promise<unknown[]> =>
  (await store.list(subject)).map(({ data }) => data.device).sort();
