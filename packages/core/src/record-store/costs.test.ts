import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Call, costs, type Run } from '../../test/costs.ts';
import { fakeClock } from '../../test/fake-clock.ts';
import { createRecordStore, type RecordStorage } from '../driver.ts';
import { createSessionId } from '../index.ts';
import { memoryStorage } from '../memory.ts';

/** The calls that `run` makes on a storage backend that has every function. */
async function callsOf(run: Run): Promise<Call[]> {
  const clock = fakeClock();
  const { records, ...storage } = memoryStorage();
  const calls: Call[] = [];
  const counted = Object.fromEntries(
    Object.entries({ ...storage, close() {} }).map(([name, call]) => [
      name,
      (...args: unknown[]) => {
        calls.push(name as Call);
        return (call as (...args: unknown[]) => unknown)(...args);
      },
    ]),
  );
  const options = { now: clock.now, idleTimeout: 600, absoluteTimeout: 3000 };
  const other = createRecordStore(storage, options);
  await run({
    store: createRecordStore(counted as unknown as RecordStorage, options),
    other,
    id: createSessionId(),
    advance: clock.advance,
    async fill(count) {
      for (let n = 0; n < count; n++) await other.save(createSessionId(), {}, {});
    },
  });
  return calls;
}

const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');

/** The last cell of a function's row. */
function shownFor(method: string): string | undefined {
  const row = readme.split('\n').find((line) => line.startsWith('|') && line.includes(`\`${method}(`));
  return row?.split('|').at(-2)?.trim();
}

describe.each(Object.entries(costs))('%s', (method, parts) => {
  const rows = parts.flatMap(({ when, ...cost }) =>
    Object.entries(when).map(([situation, run]) => [cost.cell, situation, cost, run] as const),
  );

  it.each(rows)('calls the storage as often as README.md says: %s (%s)', async (cell, _, cost, run) => {
    const { calls, times = 1, always = [] } = cost;
    expect(Number(/\d+/.exec(cell)?.[0])).toBe(calls.length);
    const expected = [...always, ...Array.from({ length: times }, () => calls).flat()];
    expect((await callsOf(run)).sort()).toEqual(expected.sort());
  });

  it('is documented in README.md with exactly these costs', () => {
    expect(shownFor(method)).toBe([...new Set(parts.map(({ cell }) => cell))].join('; '));
  });
});

it('README.md shows the cost of every store function', () => {
  const store = createRecordStore(memoryStorage());
  const methods = Object.entries(store).filter(([, member]) => typeof member === 'function');
  expect(Object.keys(costs).sort()).toEqual(methods.map(([name]) => name).sort());
});
