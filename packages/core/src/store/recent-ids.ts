import { markLife } from '../format/mark.ts';

/** Maps an id to another id for a minute, within this process: the id it moved to, or the id it is about to move from. */
export class RecentIds {
  readonly #others = new Map<string, { other: string; until: number }>();

  note(id: string, other: string, now: number): void {
    // A map iterates in insertion order, so the oldest entries come first.
    for (const [each, { until }] of this.#others) {
      if (until > now) break;
      this.#others.delete(each);
    }
    // Delete first, so that an id that is recorded again moves to the end.
    this.#others.delete(id);
    this.#others.set(id, { other, until: now + markLife });
  }

  find(id: string, now: number): string | undefined {
    const found = this.#others.get(id);
    return found && found.until > now ? found.other : undefined;
  }
}
