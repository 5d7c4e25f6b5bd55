import { sessionKey } from '@store/core/driver';

/** A driver in plain JavaScript, which every runner can load. It forgets flash when told to. */
export function start({ idleTimeout = 7200, now = Date.now }) {
  const sessions = new Map();
  const isLive = (session) => session !== undefined && now() < session.expiresAt;
  const forgetful = process.env.FORGET_FLASH === 'yes';
  return {
    load(id) {
      const session = sessions.get(sessionKey(id));
      return isLive(session) ? session : undefined;
    },
    save(id, data, flash) {
      const kept = forgetful ? {} : flash;
      sessions.set(sessionKey(id), { data, flash: kept, expiresAt: now() + idleTimeout * 1000 });
    },
    destroy: (id) => void sessions.delete(sessionKey(id)),
    gc() {
      for (const [key, session] of sessions) if (!isLive(session)) sessions.delete(key);
    },
  };
}
