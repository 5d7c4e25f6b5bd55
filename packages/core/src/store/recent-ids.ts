import { markLife } from '../format/mark.ts';

/** Remembers for a minute, within this process, a second id for an id: the one it moved to, or the one it is about to move from. */
export class RecentIds {
  readonly #others = new Map<string, { other: string; until: number }>();

  note(id: string, other: string, now: number): void {
    // In the order in which they were noted, so the oldest come first.
    for (const [each, { until }] of this.#others) {
      if (until > now) break;
      this.#others.delete(each);
    }
    // Noting an id again moves it to the end.
    this.#others.delete(id);
    this.#others.set(id, { other, until: now + markLife });
  }

  find(id: string, now: number): string | undefined {
    const found = this.#others.get(id);
    return found && found.until > now ? found.other : undefined;
  }
}
