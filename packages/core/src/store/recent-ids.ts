import { markLife } from '../format/mark.ts';

/** Remembers for a minute, within this process, which other id belongs to an id: where it moved, or what it moves from. */
export class RecentIds {
  readonly #others = new Map<string, { other: string; until: number }>();

  note(id: string, other: string, now: number): void {
    // In the order in which they were noted, so the oldest come first.
    for (const [each, { until }] of this.#others) {
      if (until > now) break;
      this.#others.delete(each);
    }
    // A second note goes to the end, where the latest are.
    this.#others.delete(id);
    this.#others.set(id, { other, until: now + markLife });
  }

  find(id: string, now: number): string | undefined {
    const found = this.#others.get(id);
    return found && found.until > now ? found.other : undefined;
  }
}
