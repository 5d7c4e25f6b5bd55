import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { someRecord } from '../test/session-directory.ts';
import { writeFirstLine, writeRecord } from './record-format.ts';
import { fileBytes, findRecord, slotBytes } from './record-slots.ts';

/** A file after the writes given, of which each goes into the other slot. */
function fileAfter(...writes: Buffer[]): Buffer {
  const bytes = Buffer.alloc(fileBytes);
  for (const [index, write] of writes.entries()) write.copy(bytes, (index % 2) * slotBytes);
  return bytes;
}

const record = someRecord({ payload: 'x'.repeat(600) });
const writes = Array.from({ length: 4 }, (_, n) =>
  writeRecord({ ...record, version: n, payload: String(n).repeat(300 + 100 * n) }, n + 1),
);
const versionIn = (bytes: Buffer) => {
  const { head, settled } = findRecord(bytes);
  return { version: head.kind === 'record' ? head.version : head.kind, settled };
};

describe('the two slots of a record file', () => {
  it('hold the session as it was written last', () => {
    for (let count = 2; count <= writes.length; count++) {
      const bytes = fileAfter(...writes.slice(0, count));
      expect(versionIn(bytes)).toEqual({ version: count - 1, settled: true });
    }
    expect(versionIn(fileAfter(...writes.slice(0, 1)).subarray(0, slotBytes))).toEqual({
      version: 0,
      settled: true,
    });
  });

  it('hold the session as it was wherever a write ends half way, or where any part of it is there and others not', () => {
    const [before, whole] = [fileAfter(...writes.slice(0, 3)), fileAfter(...writes)];
    const end = slotBytes + (writes[3]?.length ?? 0);
    const versions = new Set<unknown>();
    fc.assert(
      fc.property(
        fc.integer({ min: slotBytes, max: end }),
        fc.integer({ min: slotBytes, max: end }),
        (one, other) => {
          const [from, to] = [Math.min(one, other), Math.max(one, other)];
          const torn = Buffer.from(before);
          whole.copy(torn, from, from, to);
          const { version, settled } = versionIn(torn);
          versions.add(version);
          // Without a part that differs it is one or the other, and whole.
          if (torn.equals(before)) expect({ version, settled }).toEqual({ version: 2, settled: true });
          else if (torn.equals(whole)) expect({ version, settled }).toEqual({ version: 3, settled: true });
          else expect(version).toBe(2);
        },
      ),
      { numRuns: 2000, examples: [[slotBytes, end]] },
    );
    expect([...versions].sort()).toEqual([2, 3]);
  });

  it('hold the session as it was when all that a power cut has left in one is garbage, and none when it is in both', () => {
    for (const [slot, version] of [
      [0, 1],
      [slotBytes, 2],
    ] as const) {
      for (const garbage of ['\0', '\xff', '@store/file 1 ']) {
        const bytes = fileAfter(...writes.slice(0, 3));
        bytes.fill(garbage, slot, slot + slotBytes);
        expect(versionIn(bytes)).toEqual({ version, settled: false });
        bytes.fill(garbage);
        expect(versionIn(bytes)).toEqual({ version: 'damaged', settled: false });
      }
    }
  });

  it('hold the session as it was when the file was truncated anywhere in the newer one', () => {
    const bytes = fileAfter(...writes.slice(0, 2));
    const end = slotBytes + (writes[1]?.length ?? 0);
    for (let length = slotBytes + 1; length < end; length++) {
      expect(versionIn(bytes.subarray(0, length)), `${length} bytes`).toEqual({ version: 0, settled: false });
    }
  });

  it('tell a record that is being touched, for which the older one does not stand in, from one that is being written', () => {
    const bytes = fileAfter(...writes.slice(0, 3));
    const touched = Buffer.from(writeFirstLine(3, record.expiresAt + 12_345));
    const differs = [...touched.keys()].filter((at) => touched[at] !== bytes[at]);
    for (const at of differs.slice(1)) {
      const torn = Buffer.from(bytes);
      touched.copy(torn, 0, 0, at);
      expect(findRecord(torn), `${at} bytes`).toMatchObject({ settled: false, touched: true });
    }
    const written = Buffer.from(bytes);
    writes[3]?.copy(written, slotBytes, 0, 40);
    expect(findRecord(written)).toMatchObject({ settled: false, touched: false, head: { version: 2 } });
  });

  it('take what looks like a slot within a long payload for payload', () => {
    const forged = writeRecord({ ...record, version: 666 }, 9).toString('latin1');
    const long = { ...record, version: 1, payload: 'x'.repeat(3 * slotBytes) };
    const bytes = writeRecord(long, 0);
    bytes.write(forged, slotBytes, 'latin1');
    expect(versionIn(bytes.subarray(0, fileBytes))).toEqual({ version: 1, settled: true });
  });
});
