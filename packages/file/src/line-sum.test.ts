import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hexadecimal, lineSum } from './line-sum.ts';

it('is the CRC-32 of any part of a text, in eight digits', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.nat(9), (bytes, from) => {
      const text = Buffer.from(bytes).toString('latin1');
      const expected = crc32(bytes.subarray(from)).toString(16).padStart(8, '0');
      expect(lineSum(text, from, text.length)).toBe(expected);
    }),
  );
});

it('has all of a number in its digits', () => {
  for (const [sum, digits] of [
    [0, '00000000'],
    [0xa, '0000000a'],
    [0x7fffffff, '7fffffff'],
    [0x80000000, '80000000'],
    [0xf00dcafe, 'f00dcafe'],
  ] as const) {
    expect(hexadecimal(sum)).toBe(digits);
  }
});
