import type { SessionStore } from '@store/core';

export interface Seal {
  value: string;
  id: string;
  subject: string | undefined;
  /** When its login was acknowledged. */
  begun: number;
}

/** One session under all its ids, and what has been promised about it. */
export class Family {
  readonly seals: Seal[] = [];
  /** The ids under which the ledger knows it, by which it can be ended. */
  readonly ids: string[] = [];
  /** Ids that may never become the session's. */
  readonly planned: string[] = [];
  /** Its first id, where the ledger was added later and cannot tell which id came next. */
  unrecorded: string | undefined;
  isEnded = false;
  mayBeDead = false;
  isSpared = false;
  /** Seals that began before this are over. */
  endedBefore = 0;
  isDeviceEnded = false;
  /** New ids that requests have begun to give it, and those that are on their way. */
  moves = { begun: 0, running: 0 };

  /** Whether the ledger finds the session by this id. */
  isFoundBy(id: string): boolean {
    return this.ids.includes(id) && id !== this.unrecorded;
  }

  /** @returns the first promise that does not hold */
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
      return this.isSpared ? 'the spared session is gone' : 'a session that nobody has ended is gone';
    if (!this.mayBeDead && !hasMoved) return 'an old id does not say that its session has moved';
    if (this.isEnded) return 'a session is alive after a logout with one of its ids';
    if (live.some(({ subject, begun }) => subject === 'ada' && begun < this.endedBefore))
      return 'a session is alive after all of its subject were ended';
    if (this.isDeviceEnded && live.some(({ subject }) => subject === 'ada'))
      return 'a session is alive after its device was ended';
    return undefined;
  }
}
