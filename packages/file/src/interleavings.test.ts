import { mkdtempSync, rmSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SessionRecord } from '@store/core/driver';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SteppedProcess, startProcess } from '../test/file-system-calls.ts';
import { filesIn, openStorage } from '../test/session-directory.ts';

const now = Date.now();
const hour = 3_600_000;
const keys = [1, 2, 3, 4].map((byte) => Buffer.alloc(32, byte).toString('base64url'));
const [first] = keys as [string];
const session: SessionRecord = {
  key: first,
  payload: '{"v":1,"by":"nobody"}',
  subject: 'ann',
  version: 1,
  createdAt: now,
  expiresAt: now + hour,
  idleTimeout: null,
};
const later = now + 2 * hour;

/** Its records, versions and keys depend on the number of its process, counted from 1. */
type Operation = (n: number) => [method: string, ...args: unknown[]];

const written = (n: number, length = 0) => ({
  ...session,
  ...{ payload: `{"v":1,"by":"${n}${'x'.repeat(length)}"}`, version: 10 + n, expiresAt: later },
});
const moved = (n: number): SessionRecord => ({ ...written(n), key: keys[n] as string });
const markOf = (n: number): SessionRecord => ({
  ...session,
  payload: `{"v":1,"moved":"${keys[n]}"}`,
  ...{ subject: null, version: 20 + n, expiresAt: now + 3 * hour, idleTimeout: 0 },
});

const operations = {
  insert: (n) => ['insert', written(n), now],
  save: (n) => ['save', written(n), 0, { start: '{', end: '}' }],
  replace: (n) => ['replace', first, 1, written(n), now],
  'replace with a long one': (n) => ['replace', first, 1, written(n, 5000), now],
  touch: (n) => ['touch', first, now, later + n * hour],
  delete: () => ['delete', first],
  deleteSession: () => ['deleteSession', first],
  'end wherever it is': () => ['end', first],
  deleteBySubject: () => ['deleteBySubject', 'ann', {}],
  deleteExpired: () => ['deleteExpired', now + hour, 10],
  listBySubject: () => ['listBySubject', 'ann'],
  move: (n) => ['move', first, 1, moved(n), markOf(n)],
  'replace under another key': (n) => ['replace', first, 1, moved(n), now],
} satisfies Record<string, Operation>;
type Name = keyof typeof operations;
const names = Object.keys(operations) as Name[];

const directory = mkdtempSync(join(tmpdir(), 'store-file-'));
const { storage } = openStorage(directory);
const processes = [1, 2, 3].map(() => startProcess(directory));
beforeAll(() => Promise.all(processes.map((one) => one.started)));
afterAll(async () => {
  await Promise.all(processes.map((one) => one.terminate()));
  rmSync(directory, { recursive: true });
});

/** On one line, for comparison. */
type Outcome = string;

interface Turn {
  of: Name;
  /** How many file-system calls it makes before the next operation takes its turn. */
  calls: number;
}

/** Enough for any operation; one that needs more is waiting for another. */
const all = 500;

function prepare(): void {
  for (const name of filesIn(directory)) unlinkSync(join(directory, name));
  if (storage.insert(session, now) !== true) throw new Error('no session');
}

/** @returns whether it is done */
function start(n: number, { of, calls }: Turn): boolean {
  const [method, ...args] = operations[of](n + 1) as [string, ...unknown[]];
  return process(n).start({ method, args }, calls);
}

function process(n: number): SteppedProcess {
  return processes[n] as SteppedProcess;
}

/** What the operations returned, and the resulting state. */
async function outcome(names: Name[]): Promise<Outcome> {
  const returned = names.map((name, n) => {
    const value = process(n).outcome();
    // A session that moves during the listing may be listed under both keys.
    return name === 'listBySubject' ? (value as SessionRecord[]).slice(-1).map(inShort) : value;
  });
  const records = keys.map((key) => storage.read(key)).filter((record) => record !== undefined);
  const sessions = records.filter(({ idleTimeout }) => idleTimeout !== 0);
  expect(await storage.listBySubject('ann')).toEqual(sessions);
  return `${JSON.stringify(returned)} and then ${records.map(inShort).join(', ') || 'nothing'}`;
}

function inShort({ key, version, payload, expiresAt, createdAt }: SessionRecord): string {
  const rest = `${payload.length} characters, ${(expiresAt - createdAt) / hour} hours`;
  return `${keys.indexOf(key)}: version ${version}, ${rest}`;
}

/**
 * Runs each operation until it has made its number of calls, then starts the next. After the last one, they are resumed
 * from last to first, or in the given order.
 *
 * @returns `undefined` if one finished before the next operation took its turn
 */
async function interleave(turns: Turn[], ends = turns.map((_, n) => n).reverse()) {
  prepare();
  const done = turns.map((one, n) => start(n, one));
  const isInterleaved = turns.every(({ calls }, n) => calls === all || !done[n]);
  // An operation that waits for another must be resumed after it.
  for (let round = 0; round < 3; round++) for (const n of ends) done[n] ||= process(n).resume(all);
  expect(done).not.toContain(false);
  const found = await outcome(turns.map(({ of }) => of));
  return isInterleaved ? found : undefined;
}

/** The outcomes when each operation finishes before the next starts, in every order. */
async function oneAfterAnother(names: Name[]): Promise<Set<Outcome>> {
  const outcomes = new Set<Outcome>();
  for (const order of permutations(names.map((of, n) => ({ of, n })))) {
    prepare();
    for (const { of, n } of order) expect(start(n, { of, calls: all })).toBe(true);
    outcomes.add(await outcome(names));
  }
  return outcomes;
}

function permutations<T>(values: T[]): T[][] {
  if (values.length < 2) return [values];
  return values.flatMap((one, n) => permutations(values.toSpliced(n, 1)).map((rest) => [one, ...rest]));
}

function expectOneOf(possible: Set<Outcome>, found: Outcome, where: unknown): void {
  if (!possible.has(found)) expect([...possible], JSON.stringify(where)).toContain(found);
}

const endsBoth = (name: Name, other: Name) => name === 'deleteBySubject' && /insert|save/.test(other);

const pairs = names.flatMap((one) => names.map((other): [Name, Name] => [one, other]));

describe('two operations on one session', () => {
  it.each(pairs)(
    'have an outcome that is also possible if they run one after the other: %s, interrupted by %s',
    async (one, other) => {
      const possible = await oneAfterAnother([one, other]);
      for (let calls = 0; ; calls++) {
        const turns = [
          { of: one, calls },
          { of: other, calls: all },
        ];
        const found = await interleave(turns);
        if (found === undefined) break;
        // It ended both the session and the one that was inserted afterwards.
        if (endsBoth(one, other) && found === '[2,true] and then nothing') continue;
        expectOneOf(possible, found, turns);
      }
    },
  );

  const crossing: Name[] = ['replace with a long one', 'touch', 'deleteSession', 'move'];
  const crossings = crossing.flatMap((one) => crossing.map((other): [Name, Name] => [one, other]));

  it.each(crossings)(
    'have an outcome that is also possible if they run one after the other, even when they interrupt each other: %s and %s',
    async (one, other) => {
      const possible = await oneAfterAnother([one, other]);
      for (let calls = 1; ; calls++) {
        for (let others = 1; ; others++) {
          const turns = [
            { of: one, calls },
            { of: other, calls: others },
          ];
          const found = await interleave(turns, [0, 1]);
          if (found === undefined && others === 1) return;
          if (found === undefined) break;
          expectOneOf(possible, found, turns);
        }
      }
    },
  );
});

describe('three operations on one session', () => {
  const second: Name[] = ['replace with a long one', 'touch', 'deleteBySubject', 'move'];
  const third: Name[] = ['replace', 'end wherever it is', 'deleteBySubject', 'move'];
  const triples = second.flatMap((one) => third.map((other): [Name, Name] => [one, other]));

  it.each(triples)(
    'have an outcome that is also possible if they run one after the other: move, %s, %s',
    async (one, other) => {
      const possible = await oneAfterAnother(['move', one, other]);
      for (let calls = 0; ; calls++) {
        for (let others = 0; ; others++) {
          const turns: Turn[] = [
            { of: 'move', calls },
            { of: one, calls: others },
            { of: other, calls: all },
          ];
          const found = await interleave(turns);
          if (found === undefined && others === 0) return;
          if (found === undefined) break;
          expectOneOf(possible, found, turns);
        }
      }
    },
  );
});
