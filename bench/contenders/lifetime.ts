export const hour = 3_600_000;
export const day = 24 * hour;
/** How long sessions live in every contender, in milliseconds. */
export const lifetime = 2 * hour;
