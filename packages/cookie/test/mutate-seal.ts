/** Seeded random numbers (mulberry32): returns a whole number from 0 up to, but not including, `below`. */
export function seededRandom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return Math.floor((((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const strange = ['', '*', '**', '=', '+', '/', '.', ' ', '\n', '\0', '%2A', 'é', '\ud800', '0', 'Fe26.2'];

/** Makes forgeries from genuine seals: changed, truncated, spliced and padded. None of them is genuine. */
export function createForger(seals: readonly string[], random: (below: number) => number): () => string {
  const genuine = new Set(seals);
  const pick = <T>(list: readonly T[]) => list[random(list.length)] as T;
  const cut = (seal: string, from: number, length: number, insert: string) =>
    seal.slice(0, from) + insert + seal.slice(from + length);

  const ways: ((seal: string) => string)[] = [
    // Replaces one character, possibly the last one of the MAC, whose spare bits many decoders ignore.
    (seal) => cut(seal, random(seal.length), 1, alphabet[random(64)] as string),
    (seal) => cut(seal, seal.length - 1, 1, alphabet[random(64)] as string),
    (seal) => cut(seal, random(seal.length), 1, pick(strange)),
    (seal) => cut(seal, random(seal.length + 1), 0, pick(strange)),
    (seal) => seal.slice(0, random(seal.length)),
    (seal) => seal.slice(1 + random(seal.length - 1)),
    (seal) => cut(seal, random(seal.length), 1 + random(20), ''),
    (seal) => seal.slice(0, random(seal.length)) + pick(seals).slice(random(seal.length)),
    (seal) => {
      const parts = seal.split('*');
      const place = random(parts.length);
      parts[place] = pick(pick(seals).split('*'));
      return parts.join('*');
    },
    (seal) => {
      const parts = seal.split('*');
      const place = random(parts.length);
      parts[place] = pick(seals).split('*')[place] ?? '';
      return parts.join('*');
    },
    (seal) => {
      const parts = seal.split('*');
      parts[6] = String(random(2) === 0 ? 10 ** random(16) : 4e12 + random(1e9));
      return parts.join('*');
    },
    (seal) => seal + seal.slice(random(seal.length)),
    () => Array.from({ length: random(200) }, () => String.fromCharCode(random(65_536))).join(''),
  ];

  return () => {
    for (;;) {
      const forged = pick(ways)(pick(seals));
      if (!genuine.has(forged)) return forged;
    }
  };
}
