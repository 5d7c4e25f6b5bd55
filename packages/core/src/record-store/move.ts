import { type Awaitable, type SessionRecord, type TryAgain, tryAgain } from '../contract/drivers.ts';
import { createRecordVersion, encodeMark, markLife } from '../format/payload.ts';
import { type Backend, mostAttempts, pauseAfterConflict } from './backend.ts';

/** How many marks are followed from one id, before it counts as one that leads nowhere. */
export const mostMoves = 1000;

/**
 * Moves sessions to new keys, leaving a mark under the old one, and finds those that moved.
 *
 * On a storage without `move` that takes two steps: the record first, then its mark. Between them the old key has
 * neither, so a reader that must find the session waits here. Only this process can wait: a `destroy` in another one can
 * fall in between.
 */
export class Moves {
  readonly #backend: Backend;
  readonly #underWay = new Map<string, Promise<unknown>>();
  readonly #readings = new Set<{ key: string; isOvertaken: boolean }>();

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Replaces to another key, and leaves a mark under the old one. */
  move(key: string, version: number, next: SessionRecord, now: number): Awaitable<boolean | TryAgain> {
    const { storage } = this.#backend;
    // With createdAt 0 a storage's `save` never writes over the mark: it asks for a record created later than 0 at least.
    const mark: SessionRecord = {
      key,
      payload: encodeMark(next.key),
      subject: null,
      version: createRecordVersion(),
      createdAt: 0,
      expiresAt: now + markLife,
      idleTimeout: null,
    };
    if (storage.move)
      return this.#backend.write(next, () => storage.move?.(key, version, next, mark, now) ?? false);
    for (const reading of this.#readings) if (reading.key === key) reading.isOvertaken = true;
    const moving = this.#moveInTwoSteps(mark, version, next, now).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, moving);
    return moving;
  }

  async #moveInTwoSteps(
    mark: SessionRecord,
    version: number,
    next: SessionRecord,
    now: number,
  ): Promise<boolean | TryAgain> {
    const moved = await this.#backend.replace(mark.key, version, next, now);
    if (moved === true && !(await this.#insertMark(mark, now))) {
      this.#backend.report({
        type: 'mark-missing',
        reason: 'a logout with the old id does not reach the moved session',
      });
    }
    return moved;
  }

  /** @returns whether it is there. The session has moved by now: a failure here must not look like a failed move. */
  async #insertMark(mark: SessionRecord, now: number): Promise<boolean> {
    for (let attempt = 1; attempt <= mostAttempts; attempt++) {
      try {
        const inserted = await this.#backend.storage.insert(mark, now);
        if (inserted !== tryAgain) return inserted;
      } catch {
        return false;
      }
      await pauseAfterConflict(attempt);
    }
    return false;
  }

  /**
   * The record under a key, or the mark of the session that moved away from it: read again if a move began meanwhile, for
   * that read may have found neither.
   */
  async readOrMark(key: string): Promise<SessionRecord | undefined> {
    for (;;) {
      await this.#underWay.get(key)?.catch(() => {});
      const reading = { key, isOvertaken: this.#underWay.has(key) };
      this.#readings.add(reading);
      try {
        const found = await this.#backend.read(key);
        if (found || !reading.isOvertaken) return found;
      } finally {
        this.#readings.delete(reading);
      }
    }
  }
}
