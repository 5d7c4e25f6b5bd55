import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { someRecord } from '../test/session-directory.ts';
import { longestHead, readHead, readRecord, writeExpiry, writeMoving, writeRecord } from './record-format.ts';

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

function reread(text: string) {
  const head = readHead(text);
  return head.kind === 'record' ? readRecord(text, head) : head.kind;
}

describe('record format', () => {
  it('reads back every record as it was written', () => {
    fc.assert(
      fc.property(records, (record) => {
        expect(reread(writeRecord(record))).toEqual(record);
      }),
    );
  });

  it('has everything but the payload in the bytes that are read of a head', () => {
    const widest = ['\u0001', '\u20ac', '"', '\u{1f600}'.repeat(1)].map((unit) =>
      unit.repeat(255 / unit.length),
    );
    for (const subject of widest) {
      const record = someRecord({
        subject,
        version: Number.MAX_SAFE_INTEGER,
        createdAt: Number.MIN_SAFE_INTEGER,
        idleTimeout: 2 ** 31 - 1,
        payload: 'x'.repeat(5000),
      });
      const head = Buffer.from(writeRecord(record)).subarray(0, longestHead).toString();
      expect(readHead(head)).toMatchObject({ kind: 'record', subject });
    }
  });

  it('takes no truncated file for a session', () => {
    const text = writeRecord(someRecord({ subject: 'ann' }));
    for (let length = 0; length < text.length; length++) {
      expect(reread(text.slice(0, length)), `${length} characters`).not.toBeTypeOf('object');
    }
  });

  it('takes no file with a flipped bit for a session', () => {
    const bytes = Buffer.from(writeRecord(someRecord({ subject: 'ann' })));
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(7), (at, bit) => {
        const damaged = Buffer.from(bytes);
        damaged[at] = (damaged[at] as number) ^ (1 << bit);
        expect(reread(damaged.toString())).not.toBeTypeOf('object');
      }),
      { numRuns: 2000 },
    );
  });

  it('takes garbage for damage, never throwing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(readHead(text).kind).toBe('damaged');
      }),
    );
    for (const line of ['null', '7', '"x"', '[', '{}']) {
      const sum = crc32(line).toString(16).padStart(8, '0');
      expect(readHead(`@store/file 1 ${writeExpiry(1)}\n${sum} ${line}\n`)).toEqual({ kind: 'damaged' });
    }
  });

  it('tells an expiry that is half old and half new', () => {
    const record = someRecord({ expiresAt: 1_799_999_999_999 });
    const old = writeRecord(record);
    const touched = writeRecord({ ...record, expiresAt: 1_800_000_000_001 });
    for (let at = 27; at < 35; at++) {
      expect(readHead(touched.slice(0, at) + old.slice(at)).kind).toBe('torn');
    }
  });

  it('reads the mark of a move, and no other key from it', () => {
    const { key } = someRecord();
    const text = writeMoving(key);
    expect(readHead(text)).toEqual({ kind: 'moving', from: key });
    expect(readHead(text.replace(key.slice(0, 1), key.startsWith('A') ? 'B' : 'A'))).toEqual({
      kind: 'damaged',
    });
    expect(readHead(text.slice(0, -1))).toEqual({ kind: 'damaged' });
  });

  it('refuses a file of a newer format instead of taking it for damaged', () => {
    const line = '@store/file 2     1763846000000';
    const sum = crc32(line).toString(16).padStart(8, '0');
    expect(() => readHead(`${line} ${sum}\nof which this version knows nothing`)).toThrow(
      expect.objectContaining({ code: 'INCOMPATIBLE' }),
    );
  });
});
