const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  return sum;
});

/**
 * The CRC-32 of characters up to 255, one byte each, as eight hexadecimal digits. What `node:zlib` has costs half a microsecond
 * to call, however short the text; a load needs three for lines of 48 to some 130 characters, and takes 11 µs in all.
 *
 * @param seed Makes the sums of one line differ from write to write.
 */
export function lineSum(text: string, from: number, to: number, seed = 0): string {
  let sum = ~seed;
  for (let index = from; index < to; index++) {
    sum = (sum >>> 8) ^ (table[(sum ^ text.charCodeAt(index)) & 255] as number);
  }
  return hexadecimal(~sum);
}

const twoDigits = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** A sum as eight digits. `toString(16)` takes ten times as long for half of them: those are no small integers to the engine. */
export function hexadecimal(sum: number): string {
  const digits = (shift: number) => twoDigits[(sum >>> shift) & 255] as string;
  return digits(24) + digits(16) + digits(8) + digits(0);
}
