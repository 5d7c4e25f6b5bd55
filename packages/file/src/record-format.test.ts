import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { someRecord } from '../test/session-directory.ts';
import { lineSum } from './line-sum.ts';
import { writeArriving, writeMoved } from './record-format.ts';
import { findRecord, slotBytes, writeRecordFile } from './record-slots.ts';

const records = fc
  .record({
    payload: fc.string({ unit: 'binary' }),
    subject: fc.option(fc.string({ unit: 'binary', minLength: 1, maxLength: 127 })),
    version: fc.nat(Number.MAX_SAFE_INTEGER),
    createdAt: fc.maxSafeInteger(),
    expiresAt: fc.maxSafeInteger(),
    idleTimeout: fc.option(fc.integer({ min: 1, max: 2 ** 31 - 1 })),
  })
  .map(someRecord);

const kindOf = (bytes: Buffer) => findRecord(bytes).head.kind;

describe('record format', () => {
  it('reads back every record as it was written', () => {
    fc.assert(
      fc.property(records, (record) => {
        const { payload, ...head } = record;
        const found = findRecord(writeRecordFile(record));
        expect(found).toMatchObject({ head: { kind: 'record', ...head }, payload, settled: true });
      }),
    );
  });

  it('keeps the longest head apart from the payload, and within the bytes that are read of a file', () => {
    for (const unit of ['\u0001', '\u20ac', '"', '\u{1f600}']) {
      const subject = unit.repeat(255 / unit.length);
      const record = someRecord({
        subject,
        version: Number.MAX_SAFE_INTEGER,
        createdAt: Number.MIN_SAFE_INTEGER,
        idleTimeout: 2 ** 31 - 1,
        payload: 'x'.repeat(5000),
      });
      const start = writeRecordFile(record).subarray(0, slotBytes);
      expect(findRecord(start)).toMatchObject({ head: { kind: 'record', subject, turn: 0 }, settled: true });
    }
  });

  it('takes no truncated file for a session', () => {
    const bytes = writeRecordFile(someRecord({ subject: 'ann' }));
    for (let length = 0; length < bytes.length; length++) {
      expect(kindOf(bytes.subarray(0, length)), `${length} bytes`).toBe('damaged');
    }
  });

  it('takes no file with a flipped bit for a session', () => {
    const bytes = writeRecordFile(someRecord({ subject: 'ann' }));
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const damaged = Buffer.from(bytes);
      damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(kindOf(damaged), `bit ${bit}`).toBe('damaged');
    }
  });

  it('takes garbage for damage, never throwing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000 }), (bytes) => {
        expect(kindOf(Buffer.from(bytes))).toBe('damaged');
      }),
    );
    for (const text of ['hello', '@store/file 1 ', '@store/file 1 moving ', '\0'.repeat(4096)]) {
      expect(kindOf(Buffer.from(text))).toBe('damaged');
    }
  });

  it('tells an expiry that is half old and half new', () => {
    const record = someRecord({ expiresAt: 1_799_999_999_999 });
    const old = writeRecordFile(record);
    const touched = writeRecordFile({ ...record, expiresAt: 1_800_000_000_001 });
    for (let at = 37; at < 57; at++) {
      const torn = Buffer.concat([touched.subarray(0, at), old.subarray(at)]);
      expect(findRecord(torn), `${at} bytes`).toEqual({
        head: { kind: 'damaged' },
        settled: false,
        touched: true,
      });
    }
  });

  it('reads both ends of a move, and no other key from them', () => {
    const [record, other] = [someRecord(), someRecord()];
    const arriving = writeArriving(other.key, record);
    const moved = writeMoved(other.key, record);
    const inside = expect.objectContaining({ key: record.key, version: record.version });
    expect(findRecord(arriving)).toMatchObject({ head: { kind: 'moving', from: other.key, record: inside } });
    expect(findRecord(moved)).toMatchObject({ head: { kind: 'moved', to: other.key, mark: inside } });
    expect(findRecord(writeMoved(other.key, undefined)).head).toEqual({ kind: 'moved', to: other.key });
    const wrong = arriving.toString().replace(other.key.slice(0, 1), other.key.startsWith('A') ? 'B' : 'A');
    expect(kindOf(Buffer.from(wrong))).toBe('damaged');
  });

  it('tells a file of a newer format from a damaged one', () => {
    const line = `@store/file 2 ${'7'.padStart(16)} ${'1763846000000'.padStart(17)} `;
    const newer = Buffer.from(`${line}${lineSum(line, 0, line.length)}\nof which this version knows nothing`);
    expect(kindOf(newer)).toBe('newer');
    const old = Buffer.alloc(slotBytes);
    writeRecordFile(someRecord()).copy(old);
    expect(kindOf(Buffer.concat([old, newer]))).toBe('newer');
  });

  it('sums lines as node:zlib does', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), (text, seed) => {
        expect(Number.parseInt(lineSum(text, 0, text.length, seed), 16)).toBe(crc32(text, seed));
      }),
    );
  });
});
