import { crc32 } from 'node:zlib';
import type { SessionRecord } from '@store/core/driver';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  endLine,
  type Link,
  type LogState,
  type RecordState,
  readState,
  recordLine,
  successorLine,
  touchLine,
} from './line.ts';

const keys = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => Buffer.from(bytes).toString('base64url'));
const times = fc.nat(Number.MAX_SAFE_INTEGER);
const subjects = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 255 }),
  fc.string({ unit: fc.constantFrom(' ', '-', '=', '\n', '%', ':', 'ä', '𝒂'), minLength: 1, maxLength: 60 }),
  fc.constantFrom('-', '=', ' ', '\n', '%20', 'x'.repeat(255), '\n'.repeat(255), '€'.repeat(255)),
);
const payloads = fc
  .string({ unit: 'grapheme', maxLength: 300 })
  .map((data) => JSON.stringify({ v: 1, data }));
const records: fc.Arbitrary<SessionRecord> = fc.record({
  key: keys,
  payload: payloads,
  subject: fc.option(subjects),
  version: times,
  createdAt: times,
  expiresAt: times,
  idleTimeout: fc.option(fc.oneof(fc.constant(0), fc.nat())),
});
const links: fc.Arbitrary<Link | undefined> = fc.oneof(
  fc.constant(undefined),
  fc.record({ kind: fc.constant('to' as const), key: keys }),
  fc.record({ kind: fc.constant('from' as const), key: keys, version: times, markVersion: times }),
);
const fileNames = fc.nat(1000).map((count) => `${'0'.repeat(64)}.0123456789abcdef.${count}.next`);

type Write =
  | { kind: 'record'; record: SessionRecord; link: Link | undefined }
  | { kind: 'touch'; expiresAt: number }
  | { kind: 'end' }
  | { kind: 'continue'; name: string }
  /** What a writer that was overtaken or killed leaves behind. */
  | { kind: 'dead'; bytes: Uint8Array };

const writes: fc.Arbitrary<Write> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('record' as const), record: records, link: links }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('touch' as const), expiresAt: times }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('end' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('continue' as const), name: fileNames }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('dead' as const), bytes: fc.uint8Array({ maxLength: 90 }) }),
  },
);

interface Log {
  bytes: Buffer;
  /** Where each line ends, and the state of the log from there on. */
  states: { end: number; state: LogState }[];
}

/** Writes a log, and computes its state after each line without reading it. */
function logOf(all: Write[]): Log {
  const log: Log = { bytes: Buffer.alloc(0), states: [{ end: 0, state: { kind: 'empty', size: 0 } }] };
  for (const write of all) {
    const at = log.bytes.length;
    const before = log.states.at(-1)?.state as LogState;
    const [line, state] = written(write, at, before);
    if (line === undefined) continue;
    log.bytes = Buffer.concat([log.bytes, line]);
    log.states.push({ end: log.bytes.length, state: { ...state, size: log.bytes.length } });
  }
  return log;
}

function written(write: Write, at: number, before: LogState): [Buffer | undefined, LogState] {
  switch (write.kind) {
    case 'record': {
      const { record, link } = write;
      const line = recordLine(at, record, link);
      return [line, { kind: 'record', record, link, at, length: line.length, size: 0 }];
    }
    case 'touch': {
      if (before.kind !== 'record') return [undefined, before];
      const { expiresAt } = write;
      const link = before.link?.kind === 'to' ? before.link : undefined;
      return [touchLine(at, expiresAt, before), { ...before, link, record: { ...before.record, expiresAt } }];
    }
    case 'end':
      return [endLine(at, `0123456789abcdef.${at}`), { kind: 'ended', size: 0 }];
    case 'continue':
      return [successorLine(at, write.name), { kind: 'continued', successor: write.name, size: 0 }];
    default: {
      const dead = join(write.bytes.length > 0 ? '\n' : '', write.bytes);
      return [dead, before.kind === 'empty' && dead.length > 0 ? { kind: 'damaged', size: 0 } : before];
    }
  }
}

const logs = fc.array(writes, { maxLength: 8 }).map(logOf);
const logsThatEndIn = (last: fc.Arbitrary<Write>) =>
  fc
    .tuple(fc.array(writes, { maxLength: 5 }), records, last)
    .map(([all, record, write]) => logOf([...all, { kind: 'record', record, link: undefined }, write]));

/** The state without the size, which changes with every byte. */
function said({ size: _, ...state }: LogState): unknown {
  return state.kind === 'empty' ? { kind: 'damaged' } : state;
}

/** A line with any content, as `recordLine` and the others would write it. */
function lineOf(body: string): Buffer {
  return Buffer.from(`\n${crc32(body).toString(16).padStart(8, '0')} ${body}`);
}

const someRecord = fc.sample(records, { numRuns: 1, seed: 1 })[0] as SessionRecord;
const join = (...parts: (Uint8Array | string)[]) => Buffer.concat(parts.map((part) => Buffer.from(part)));

describe('a line', () => {
  it('reads back as the record and the link that were written, whatever they contain', () => {
    fc.assert(
      fc.property(records, links, fc.nat(200), (record, link, at) => {
        const line = recordLine(at, record, link);
        expect(line.lastIndexOf('\n')).toBe(0);
        const bytes = join('x'.repeat(at), line);
        const length = line.length;
        expect(readState(bytes)).toEqual({ kind: 'record', size: bytes.length, record, link, at, length });
      }),
      { numRuns: 1000 },
    );
  });

  it('does not count at another offset, even if it is complete', () => {
    fc.assert(
      fc.property(logsThatEndIn(writes), ({ bytes, states }) => {
        const last = states.at(-1);
        for (const [n, { end }] of states.entries()) {
          const line = bytes.subarray(states[n - 1]?.end ?? 0, end);
          expect(said(readState(join(bytes, line)))).toEqual(said(last?.state as LogState));
        }
      }),
    );
  });

  it.each(['2R', '2T', '2E', '2S', '2X', '17R'])(
    'of a newer format (%s) is not mistaken for an older one',
    (head) => {
      const first = recordLine(0, someRecord);
      const newer = lineOf(`${head} ${first.length} whatever`);
      expect(readState(join(first, newer)).kind).toBe('newer');
      expect(readState(newer).kind).toBe('damaged');
      expect(readState(lineOf(`${head} 0`)).kind).toBe('newer');
      // A later line of this version counts instead.
      const rest = recordLine(first.length + newer.length, someRecord);
      expect(readState(join(first, newer, rest)).kind).toBe('record');
    },
  );

  it('counts even if the line before it was cut off at any point', () => {
    const first = recordLine(0, someRecord);
    const changed = { ...someRecord, version: 7 };
    const torn = recordLine(first.length, changed);
    for (let cut = 0; cut < torn.length; cut++) {
      const before = join(first, torn.subarray(0, cut));
      expect(said(readState(before))).toEqual(said(readState(first)));
      expect(readState(join(before, recordLine(before.length, changed)))).toMatchObject({ record: changed });
      expect(readState(join(before, endLine(before.length, 'token')))).toMatchObject({ kind: 'ended' });
    }
  });
});

describe('a log', () => {
  it('has the state of its last complete line after any loss at its end', () => {
    fc.assert(
      fc.property(logs, ({ bytes, states }) => {
        for (let length = 0; length <= bytes.length; length++) {
          const whole = states.findLast(({ end }) => end <= length)?.state as LogState;
          const state = readState(bytes.subarray(0, length));
          expect(state.size).toBe(length);
          expect(said(state)).toEqual(said(whole));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('has the state from before a line that a power cut replaced with zeros', () => {
    fc.assert(
      fc.property(records, records, fc.integer({ min: 1, max: 500 }), (record, next, length) => {
        const log = Buffer.concat([recordLine(0, record), Buffer.alloc(length)]);
        expect(readState(log)).toMatchObject({ record, size: log.length });
        const longer = Buffer.concat([log, recordLine(log.length, next)]);
        expect(readState(longer)).toMatchObject({ record: next });
      }),
    );
  });

  it('never throws on a subject that this package did not write', () => {
    const subject = 'a subject';
    const line = recordLine(0, { ...fc.sample(records, 1)[0], subject } as SessionRecord).toString();
    const body = line.slice(10).replace(encodeURIComponent(subject), '%E0%A4%A');
    const planted = Buffer.from(`\n${crc32(body).toString(16).padStart(8, '0')} ${body}`);
    expect(readState(planted)).toMatchObject({ kind: 'record', record: { subject: null } });
  });

  it('has the state from before its last line if any bit of that line is flipped, and never a state that was not written', () => {
    fc.assert(
      fc.property(logsThatEndIn(writes), fc.nat(), fc.nat(7), ({ bytes, states }, where, bit) => {
        const [before, last] = states.slice(-2) as [Log['states'][0], Log['states'][0]];
        if (before.end === last.end) return;
        const at = before.end + (where % (last.end - before.end));
        const flipped = Buffer.from(bytes);
        flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << bit), at);
        // Without its newline, the line invalidates the previous line as well.
        const possible = at === before.end ? states.slice(0, -1) : [before];
        expect(possible.map(({ state }) => said(state))).toContainEqual(said(readState(flipped)));
      }),
      { numRuns: 1000 },
    );
  });

  it('counts as damaged when it is garbage, and never throws', () => {
    const garbage = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map(Buffer.from),
      fc
        .string({ unit: fc.constantFrom('\n', ' ', '1', 'R', 'T', '0', 'a', '-'), maxLength: 80 })
        .map(Buffer.from),
    );
    fc.assert(
      fc.property(garbage, (bytes) => {
        expect(readState(bytes).kind).toBe(bytes.length === 0 ? 'empty' : 'damaged');
      }),
      { numRuns: 2000 },
    );
  });

  it('does not apply the touch of a damaged record to the record before it', () => {
    const first = recordLine(0, someRecord);
    const second = recordLine(first.length, { ...someRecord, version: 7 });
    const { length } = join(first, second);
    const touch = touchLine(length, 99, readState(join(first, second)) as RecordState & LogState);
    expect(readState(join(first, second, touch))).toMatchObject({ record: { version: 7, expiresAt: 99 } });
    second[20] = 0;
    expect(said(readState(join(first, second, touch)))).toEqual(said(readState(first)));
  });

  it('ignores a successor only if it is missing', () => {
    const name = (n: number) => `${'0'.repeat(64)}.0123456789abcdef.${n}.next`;
    let bytes = recordLine(0, someRecord);
    const before = said(readState(bytes));
    for (const n of [1, 2]) bytes = join(bytes, successorLine(bytes.length, name(n)));
    const successorIn = (...missing: number[]) => readState(bytes, new Set(missing.map(name)));
    expect(successorIn()).toMatchObject({ kind: 'continued', successor: name(2) });
    expect(successorIn(1)).toMatchObject({ kind: 'continued', successor: name(2) });
    expect(successorIn(2)).toMatchObject({ kind: 'continued', successor: name(1) });
    expect(said(successorIn(1, 2))).toEqual(before);
  });
});
