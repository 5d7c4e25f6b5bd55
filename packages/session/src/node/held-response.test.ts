import type { ServerResponse } from 'node:http';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Ask, createStage, type Seen, type Step, type Transport } from '../../test/response-script.ts';
import { holdResponse } from './held-response.ts';

type Prepare = (response: ServerResponse) => void;

const bare: Prepare = () => {};

/** Holds a response for the given number of event loop turns, possibly none, and adds a header, as a session does. */
const hold =
  (turns: number): Prepare =>
  (response) => {
    const wait = async () => {
      for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
    };
    holdResponse(response, {
      commit: () => (turns > 0 ? wait().then(() => 'yes') : 'yes'),
      apply: (value, headers) => headers.set('X-Held', value),
      beforeEnd: () => (turns > 2 ? wait() : undefined),
      onFailure: () => {},
    });
  };

const holds: [string, Prepare][] = [
  ['by a store that responds immediately', hold(0)],
  ['for a turn', hold(1)],
  ['for several turns, and again before its end', hold(3)],
];

const head: Step = { do: 'writeHead', args: [201, { 'X-A': '1' }] };
const write: Step = { do: 'write', args: ['part'] };
const end: Step = { do: 'end', args: ['whole'] };
const pause: Step = { do: 'pause' };
const trailers: Step = { do: 'addTrailers', args: [{ 'X-End': '1' }] };

/** What a handler may do once the response has started, with the same results and errors as in plain Node. */
const late: Step[] = [
  head,
  { do: 'flushHeaders' },
  { do: 'setHeader', args: ['X-Late', '1'] },
  { do: 'appendHeader', args: ['X-Late', '1'] },
  { do: 'removeHeader', args: ['X-A'] },
  { do: 'setHeaders', args: [new Map([['X-Late', '1']])] },
  { do: 'statusCode', args: [418] },
  { do: 'write', args: ['6869', 'hex'] },
  { do: 'write', args: [Buffer.from('bytes')] },
  write,
  end,
  { do: 'end', args: [] },
  { do: 'end', args: [''] },
];

/** Steps that only HTTP/1 has, or that differ over HTTP/2 for reasons unrelated to holding. */
const lateOverHttp1: Step[] = [
  { do: 'cork' },
  trailers,
  { do: 'addTrailers', args: [{ 'not a name': '1' }] },
  { do: 'statusMessage', args: ['Otherwise'] },
  { do: 'write', args: [null] },
  { do: 'write', args: [7] },
  { do: 'end', args: [0] },
];

const firsts: Step[] = [head, { do: 'flushHeaders' }, write, end];

const onceBegun = (steps: readonly Step[]) =>
  firsts.flatMap((first) =>
    steps.flatMap((second): [string, Step[]][] => [
      [`${nameOf(first)}, then ${nameOf(second)} while held`, [first, second]],
      [`${nameOf(first)}, then ${nameOf(second)} afterwards`, [first, pause, second]],
      [`${nameOf(first)}, then ${nameOf(second)} twice`, [first, second, second]],
    ]),
  );

function nameOf(step: Step): string {
  return `${step.do}(${'args' in step ? step.args.map((arg) => JSON.stringify(arg)).join() : ''})`;
}

const scripts: [string, Step[]][] = [
  ['ends', [end]],
  ['ends without a body', [{ do: 'end', args: [] }]],
  ['writes and ends', [write, write, end]],
  ['writes its head and ends', [head, end]],
  ['writes its head with a message', [{ do: 'writeHead', args: [202, 'Fine', { 'X-A': '1' }] }, end]],
  ['writes its head as a list', [{ do: 'writeHead', args: [200, ['X-A', '1', 'X-A', '2']] }, end]],
  ['writes its head as half a list', [{ do: 'writeHead', args: [200, ['X-A', '1', 'X-A']] }]],
  [
    'sets and removes headers first',
    [{ do: 'setHeader', args: ['X-A', '1'] }, { do: 'removeHeader', args: ['X-A'] }, end],
  ],
  ['overwrites headers in its head', [{ do: 'setHeader', args: ['X-A', '0'] }, head, end]],
  ['responds with 204', [{ do: 'writeHead', args: [204] }, end]],
  ['responds with 304', [{ do: 'statusCode', args: [304] }, end]],
  ['sets its length', [{ do: 'setHeader', args: ['Content-Length', '5'] }, end]],
  ['flushes its headers', [{ do: 'statusCode', args: [203] }, { do: 'flushHeaders' }, write, end]],
  ['writes an invalid head', [{ do: 'writeHead', args: [7] }, end]],
  ['writes an invalid header', [{ do: 'writeHead', args: [200, { 'X-A': 'a\nb' }] }]],
  ['writes a header without a value', [{ do: 'writeHead', args: [200, { 'X-A': undefined }] }]],
  ['writes no chunk', [{ do: 'write', args: [null] }, end]],
  ['writes an invalid chunk', [{ do: 'write', args: [{}] }, end]],
  ['ends with an invalid chunk', [{ do: 'end', args: [7] }]],
  ['pipes', [{ do: 'pipe', args: [['a', 'b', 'c']] }]],
  ['is destroyed before it starts', [{ do: 'destroy' }]],
  ['is destroyed after it ends', [end, pause, { do: 'destroy' }]],
  ...onceBegun(late),
];

const scriptsOverHttp1: [string, Step[]][] = [
  ['has an invalid status', [{ do: 'statusCode', args: [7] }, write]],
  ['has an invalid message', [{ do: 'statusMessage', args: ['a\nb'] }, end]],
  ['ends and is destroyed', [end, { do: 'destroy' }]],
  ['ends and its socket is destroyed', [end, { do: 'destroySocket' }]],
  [
    'corks and uncorks',
    [{ do: 'cork' }, write, { do: 'cork' }, write, { do: 'uncork' }, { do: 'uncork' }, end],
  ],
  ['flushes its head, then corks', [head, { do: 'flushHeaders' }, { do: 'cork' }, write, end]],
  ['corks while it waits', [write, { do: 'cork' }, write, write, { do: 'uncork' }, end]],
  ['has trailers', [{ do: 'setHeader', args: ['Trailer', 'X-End'] }, write, trailers, end]],
  ['hints first', [{ do: 'writeEarlyHints', args: [{ link: '</a.css>; rel=preload' }] }, end]],
  ['continues first', [{ do: 'writeContinue' }, end]],
  ...onceBegun(lateOverHttp1),
];

/** Unavoidable differences, each with its reason. */
const differences: [on: RegExp, name: RegExp, reason: string][] = [
  [/http2/, /^writes an invalid head$/, 'Node keeps the invalid status, and throws again at the end'],
  [/http2/, /^(?:writes|ends with) (?:no|an invalid) chunk$/, 'Node has sent the head before it throws'],
  [/http2/, /^end.*, then write.* (?:while held|twice)$/, 'Node cuts off data that is still being sent'],
  [
    /HEAD|1\.0/,
    /^has trailers$/,
    'Node rejects them while it renders the head, which a held response does only after the commit',
  ],
];

/** The same things happen, but not at the same time, because one of the two responses waits. */
const sorted = (seen: Seen): Seen => ({ ...seen, events: seen.events.toSorted() });

const asks: [string, Ask][] = [
  ['GET', {}],
  ['HEAD', { method: 'HEAD' }],
  ['HTTP/1.0', { version: '1.0' }],
  ['Expect: 100-continue', { headers: ['Expect: 100-continue', 'Content-Length: 0'] }],
];

const cases = (['http', 'https', 'http2'] as Transport[]).flatMap((transport) =>
  asks
    .filter(([name]) => transport === 'http' || name === 'GET' || (transport === 'http2' && name === 'HEAD'))
    .map(([name, ask]) => ({ transport, name, ask })),
);

describe.each(cases)('a response held over $transport, $name', ({ transport, name: client, ask }) => {
  it.each(holds)('%s behaves as in plain Node, for its handler and its client', async (_, prepare) => {
    const stage = await createStage(transport);
    onTestFinished(() => stage.close());
    const known = differences.filter(([on]) => on.test(`${transport} ${client}`));
    const all = transport === 'http2' ? scripts : [...scripts, ...scriptsOverHttp1];
    const played = await Promise.all(
      all
        .filter(([name]) => !known.some(([, pattern]) => pattern.test(name)))
        .map(async ([name, script]) => ({
          name,
          expected: sorted(await stage.play(script, bare, ask)),
          seen: sorted(await stage.play(script, prepare, ask)),
        })),
    );
    for (const { name, expected, seen } of played) expect.soft(seen, name).toEqual(expected);
  });
});

describe('a held response, whatever its handler does', () => {
  const ordinary = [pause, ...firsts, ...late, { do: 'cork' } as Step, { do: 'uncork' } as Step];
  const step = fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...ordinary) },
    {
      weight: 1,
      arbitrary: fc.constantFrom<Step>(
        { do: 'destroy' },
        { do: 'destroySocket' },
        { do: 'pipe', args: [['x', 'y']] },
      ),
    },
  );
  const script = fc.tuple(
    fc.array(step, { maxLength: 8 }),
    fc.constantFrom(0, 1, 3),
    fc.constantFrom(...asks),
  );

  it('behaves as plain Node does, and the process survives', { timeout: 600_000 }, async () => {
    const stage = await createStage('http');
    onTestFinished(() => stage.close());
    await fc.assert(
      fc.asyncProperty(fc.array(script, { minLength: 8, maxLength: 8 }), async (plays) => {
        await Promise.all(
          plays.map(async ([steps, turns, [, ask]]) => {
            const expected = await stage.play(steps, bare, ask);
            const seen = await stage.play(steps, hold(turns), ask);
            // How much of a destroyed response arrives, and in which order sources and writes are interleaved, depends on the
            // timing.
            const isUncertain = steps.some((each) => /^(?:destroy|pipe)/.test(each.do));
            if (isUncertain) expect(seen.steps.length).toBe(expected.steps.length);
            else expect(sorted(seen)).toEqual(sorted(expected));
          }),
        );
      }),
      { numRuns: Number(process.env.FUZZ_RUNS ?? 320) / 8 },
    );
  });
});
