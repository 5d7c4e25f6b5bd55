import type { SessionStore } from '@store/core';

export interface Seal {
  value: string;
  id: string;
  subject: string | undefined;
  /** When its login was acknowledged. */
  begun: number;
}

/** One session under all its ids, and the promises made about it. */
export class Family {
  readonly seals: Seal[] = [];
  /** The ids by which the ledger can recognize the session and end it. */
  readonly ids: string[] = [];
  /** Ids that must never become ids of the session. */
  readonly planned: string[] = [];
  /** The first id, if the ledger was added later and has no record of which id came next. */
  unrecorded: string | undefined;
  isEnded = false;
  mayBeDead = false;
  isSpared = false;
  /** Seals whose login came before this have ended. */
  endedBefore = 0;
  isDeviceEnded = false;
  /** How many moves to a new id have started, and how many are still running. */
  moves = { begun: 0, running: 0 };

  /** Whether the ledger can find the session by this id. */
  isFoundBy(id: string): boolean {
    return this.ids.includes(id) && id !== this.unrecorded;
  }

  /** @returns the first broken promise, if any */
  async check(store: SessionStore): Promise<string | undefined> {
    const live: Seal[] = [];
    let hasMoved = true;
    for (const seal of this.seals) {
      const { exists, moved } = await store.load(seal.value);
      if (exists) live.push(seal);
      else hasMoved &&= moved === true;
    }
    if (new Set(live.map(({ id }) => id)).size > 1) return 'two ids of one session are alive';
    if (live.length === 0 && this.mayBeDead) return undefined;
    if (live.length === 0)
      return this.isSpared ? 'the spared session is gone' : 'a session that was never ended is gone';
    if (!this.mayBeDead && !hasMoved) return 'an old id does not load as moved';
    if (this.isEnded) return 'a session is alive after a logout with one of its ids';
    if (live.some(({ subject, begun }) => subject === 'ada' && begun < this.endedBefore))
      return 'a session is alive after all sessions of its subject were ended';
    if (this.isDeviceEnded && live.some(({ subject }) => subject === 'ada'))
      return 'a session is alive after its device was ended';
    return undefined;
  }
}
