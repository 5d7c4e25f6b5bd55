import { describe, expect, it } from 'vitest';
import type { Backend, Contender } from '../contender.ts';
import type { Sample } from '../measure/rounds.ts';
import { fullPlan } from '../plan.ts';
import { run } from '../test/sample-results.ts';
import { backendResults } from './backend-results.ts';

const contender = (name: string): Contender => ({
  name,
  open: () => {
    throw new Error('is not opened to be reported');
  },
});
const bare = contender('bare: statements');
const ours = { ...contender('@store/sqlite'), caveat: 'none' };
const backend: Backend = {
  name: 'sqlite',
  title: 'SQLite',
  comparisons: [{ title: 'Equal', note: '', baseline: bare, lines: [bare, ours] }],
  collectors: [bare, ours],
};

function sample(name: string, turn: number, milliseconds: number): Sample {
  const latencies = [milliseconds / 10];
  const cpu = milliseconds * 500;
  return {
    contender: name,
    operation: 'load hit',
    inFlight: 1,
    round: turn,
    turn,
    done: 10,
    milliseconds,
    cpu,
    latencies,
  };
}

describe('backendResults', () => {
  const loads = { perSecond: 1, p99: 1, slowest: 1 };
  const collected = (name: string, round: number, longestBlock: number) => ({
    contender: name,
    round,
    milliseconds: 10,
    longestBlock,
    loads,
    idle: loads,
  });
  const { rounds, comparisons, collection } = backendResults(
    backend,
    {
      blocks: 8,
      samples: [1, 2, 3].flatMap((turn) => [
        sample(bare.name, turn, turn),
        sample(ours.name, turn, 2 * turn),
      ]),
      collections: [1, 2].flatMap((round) => [
        collected(bare.name, round, 8),
        collected(ours.name, round, 2),
      ]),
    },
    fullPlan,
    run,
  );

  it('compares what was done in the same turn', () => {
    const [cell] = comparisons[0]?.lines[1]?.cells ?? [];
    expect(rounds).toBe(3);
    expect(cell).toEqual({
      operation: 'load hit',
      inFlight: 1,
      rate: 2500,
      rateRatio: { low: 0.5, median: 0.5, high: 0.5 },
      processor: 200,
      processorRatio: { low: 2, median: 2, high: 2 },
      p99: expect.closeTo(0.596, 3),
    });
  });

  it('has no figure for an operation that was not measured', () => {
    expect(comparisons[0]?.lines.map(({ cells }) => cells.length)).toEqual([1, 1]);
  });

  it('says what a line spares itself', () => {
    expect(comparisons[0]?.lines.map(({ caveat }) => caveat)).toEqual([undefined, 'none']);
  });

  it('compares blocks of the event loop within a round of garbage collection', () => {
    expect(collection).toMatchObject({ sessions: 100_000, rounds: 2 });
    expect(collection?.lines.map(({ longestBlockRatio }) => longestBlockRatio)).toEqual([1, 0.25]);
  });
});
