/** A repeatable source of numbers from 0 to 1 (Park and Miller), so that two runs take the same turns. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** A new order each time, so that no contender always runs right after the same one. */
export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const ranked = items.map((item) => ({ item, rank: random() }));
  return ranked.sort((one, other) => one.rank - other.rank).map(({ item }) => item);
}
