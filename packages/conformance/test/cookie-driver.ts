import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import type { DriverModule, Place } from '@store/conformance';
import type { CookieSession, CookieStoreDriver } from '@store/core';

const keyOf = (place: Place) => createHash('sha256').update(place.namespace).digest();

/** Seals text so that it cannot be read or changed (AES-256-GCM). */
export function seal(place: Place, text: string): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', keyOf(place), iv);
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url');
}

export function open(place: Place, value: string): string | undefined {
  try {
    const bytes = Buffer.from(value, 'base64url');
    const decipher = createDecipheriv('aes-256-gcm', keyOf(place), bytes.subarray(0, 12), {
      authTagLength: 16,
    });
    decipher.setAuthTag(bytes.subarray(12, 28));
    return decipher.update(bytes.subarray(28), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    return undefined;
  }
}

interface Ledger {
  /** The families that have ended. */
  ended: Set<string>;
  /** The family of each id that was sealed. */
  families: Map<string, string>;
  /** When each id was replaced by a new one. */
  moves: Map<string, number>;
  /** For each subject: the time before which seals are invalid, except for one session's. */
  subjects: Map<string, { before: number; except: string | undefined }[]>;
}
const ledgers = new Map<string, Ledger>();
const broken = new Set<string>();

export function ledgerOf({ namespace }: Place): Ledger {
  if (broken.has(namespace)) throw new Error('The ledger is down.');
  const ledger = ledgers.get(namespace) ?? {
    ended: new Set(),
    families: new Map(),
    moves: new Map(),
    subjects: new Map(),
  };
  ledgers.set(namespace, ledger);
  return ledger;
}

/** The first id of a session, and the id it was loaded under. */
export function chainOf({ id, family = id }: CookieSession): { first: string; loaded: string } {
  const [first = id, loaded = first] = family.split('.');
  return { first, loaded };
}

function isRevoked(place: Place, session: CookieSession): boolean {
  const { id, subject = '', createdAt } = session;
  const { ended: endedFamilies, subjects } = ledgerOf(place);
  const ended = (subjects.get(subject) ?? []).some(
    ({ before, except }) => createdAt < before && id !== except,
  );
  return endedFamilies.has(chainOf(session).first) || ended;
}

/** A correct cookie driver that can revoke. */
export const cookieDriver = {
  capabilities: { subjects: true, revocation: true, sharedBetweenInstances: true },
  start({ now = Date.now }, place): CookieStoreDriver {
    return {
      load(value) {
        const text = open(place, value);
        const session = text === undefined ? undefined : (JSON.parse(text) as CookieSession);
        if (session === undefined || isRevoked(place, session)) return undefined;
        const { id } = session;
        const movedAt = ledgerOf(place).moves.get(id);
        if (movedAt === undefined) return { ...session, family: `${chainOf(session).first}.${id}` };
        return now() - movedAt < 60_000 ? { moved: true, id } : undefined;
      },
      cookieValue(session, accept) {
        const { id } = session;
        const { first, loaded } = chainOf(session);
        const { moves, families } = ledgerOf(place);
        if (isRevoked(place, session) || moves.has(loaded)) return '';
        const value = seal(place, JSON.stringify({ ...session, family: first }));
        accept(value);
        if (loaded !== id) moves.set(loaded, now());
        families.set(id, first);
        return value;
      },
      destroy(id) {
        const { ended, families } = ledgerOf(place);
        ended.add(families.get(id) ?? id);
      },
      destroyAll(subject, { except }) {
        const { subjects } = ledgerOf(place);
        subjects.set(subject, [...(subjects.get(subject) ?? []), { before: now(), except }]);
        return 1;
      },
    };
  },
  breakBackend: (place) => void broken.add(place.namespace),
  mendBackend: (place) => void broken.delete(place.namespace),
} satisfies DriverModule;
