import { type SessionRecord, type TryAgain, tryAgain } from '../contract/drivers.ts';
import type { Awaitable } from '../contract/session-content.ts';
import type { Report } from '../report.ts';
import { mostAttempts, pauseAfterConflict } from './attempts.ts';

/**
 * Moves on storages without `move`: the record first, then its mark. Between the two steps the old key has neither, so
 * a reader that must find the session waits here. Only this process can wait: a `destroy` in another one can fall in between.
 */
export class TwoStepMoves {
  readonly #report: Report;
  readonly #moving = new Map<string, Promise<unknown>>();
  readonly #readings = new Set<{ key: string; isOvertaken: boolean }>();

  constructor(report: Report) {
    this.#report = report;
  }

  move(
    key: string,
    replace: () => Awaitable<boolean | TryAgain>,
    insertMark: () => Awaitable<boolean | TryAgain>,
  ): Promise<boolean | TryAgain> {
    for (const reading of this.#readings) if (reading.key === key) reading.isOvertaken = true;
    const moving = this.#move(replace, insertMark).finally(() => this.#moving.delete(key));
    this.#moving.set(key, moving);
    return moving;
  }

  async #move(
    replace: () => Awaitable<boolean | TryAgain>,
    insertMark: () => Awaitable<boolean | TryAgain>,
  ): Promise<boolean | TryAgain> {
    const moved = await replace();
    if (moved === true && !(await isInserted(insertMark))) {
      this.#report({
        type: 'mark-missing',
        reason: 'a logout with the old id does not reach the moved session',
      });
    }
    return moved;
  }

  /** Reads the record or mark under a key; again if a move of it began meanwhile, for that read may have found neither. */
  async readBetween(
    key: string,
    read: () => Awaitable<SessionRecord | undefined>,
  ): Promise<SessionRecord | undefined> {
    for (;;) {
      await this.#moving.get(key)?.catch(() => {});
      const reading = { key, isOvertaken: this.#moving.has(key) };
      this.#readings.add(reading);
      try {
        const found = await read();
        if (found || !reading.isOvertaken) return found;
      } finally {
        this.#readings.delete(reading);
      }
    }
  }
}

/** The session has moved already: what goes wrong here must not look like a failed move. */
async function isInserted(insertMark: () => Awaitable<boolean | TryAgain>): Promise<boolean> {
  for (let attempt = 1; attempt <= mostAttempts; attempt++) {
    try {
      const inserted = await insertMark();
      if (inserted !== tryAgain) return inserted;
    } catch {
      return false;
    }
    await pauseAfterConflict(attempt);
  }
  return false;
}
