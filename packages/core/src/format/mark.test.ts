import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMark, createTombstone, isCurrentMark, isMark, markLife, markTarget } from './mark.ts';
import { decodePayload } from './payload.ts';
import { sessionKey } from './session-id.ts';

const [from, to] = [sessionKey('the-old-id-of-a-session'), sessionKey('the-new-id-of-a-session')];
const now = 1_700_000_000_000;

describe('a mark', () => {
  it('names the session’s new key for a minute, and reveals nothing else about the session', () => {
    const mark = createMark(from, to, now);
    expect(mark).toEqual({
      key: from,
      payload: `{"v":1,"moved":"${to}"}`,
      subject: null,
      version: expect.any(Number),
      createdAt: now,
      expiresAt: now + 60_000,
      idleTimeout: 0,
    });
    expect([isMark(mark), markTarget(mark)]).toEqual([true, to]);
    expect(createMark(from, to, now).version).not.toBe(mark.version);
  });

  it('is current until a minute after it was created, whatever its expiry', () => {
    const mark = { ...createMark(from, to, now), expiresAt: now + 7_200_000 };
    for (const [after, current] of [
      [0, true],
      [-30_000, true],
      [markLife - 1, true],
      [markLife, false],
    ] as const)
      expect(isCurrentMark(mark, now + after)).toBe(current);
  });

  it('is not a session to a version of core that predates marks', () => {
    expect(decodePayload(createMark(from, to, now).payload)).toBeUndefined();
    expect(decodePayload(createTombstone(from, now, now).payload)).toBeUndefined();
  });

  it('may contain fields that a later version adds', () => {
    expect(markTarget({ payload: `{"v":1,"moved":"${to}","reason":"login"}` })).toBe(to);
  });
});

describe('a tombstone', () => {
  it('is a mark that leads nowhere and never counts as moved', () => {
    const tombstone = createTombstone(from, now, now + markLife);
    expect([isMark(tombstone), markTarget(tombstone), isCurrentMark(tombstone, now)]).toEqual([
      true,
      null,
      false,
    ]);
  });
});

describe('an unreadable mark', () => {
  it('leads nowhere, and never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `{"v":1,"moved":${text}`),
          fc.json(),
        ),
        (payload) => {
          const target = markTarget({ payload });
          expect(target === undefined || target === null || /^[\w-]{43}$/.test(target)).toBe(true);
        },
      ),
      { examples: [['{"v":1,"moved":"../../etc/passwd"}'], ['{"v":1,"moved":7}'], ['{"v":1,"moved":"']] },
    );
  });
});
