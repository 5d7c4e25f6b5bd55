import type { ServerResponse } from 'node:http';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runScript, type Seen, type Step, type Transport } from '../../test/response-script.ts';
import { holdResponse } from './held-response.ts';

const transports: Transport[] = ['http', 'https', 'http2'];

/** Holds a response for some turns of the event loop, or for none, and adds a header, as a session does. */
const hold = (turns: number) => (response: ServerResponse) => {
  const wait = async () => {
    for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  holdResponse(response, {
    commit: () => (turns > 0 ? wait().then(() => 'yes') : 'yes'),
    apply: (value, headers) => headers.append('X-Held', value),
    beforeEnd: () => (turns > 2 ? wait() : undefined),
    onFailure: () => {},
  });
};

const hooks: [string, (response: ServerResponse) => void][] = [
  ['at no cost', hold(0)],
  ['for a turn', hold(1)],
  ['for several turns, and again before its end', hold(3)],
];

const head: Step = { do: 'writeHead', args: [201, { 'X-A': '1' }] };
const write: Step = { do: 'write', args: ['part'] };
const end: Step = { do: 'end', args: ['whole'] };
const pause: Step = { do: 'pause' };

/** What a handler may do once the response has begun, and must hear of as from Node itself. */
const late: Step[] = [
  head,
  { do: 'flushHeaders' },
  { do: 'setHeader', args: ['X-Late', '1'] },
  { do: 'appendHeader', args: ['X-Late', '1'] },
  { do: 'removeHeader', args: ['X-A'] },
  { do: 'statusCode', args: [418] },
  write,
  end,
  { do: 'end', args: [] },
];

const scripts: [string, Step[]][] = [
  ['ends', [end]],
  ['writes and ends', [write, write, end]],
  ['writes its head and ends', [head, end]],
  ['writes its head with a message', [{ do: 'writeHead', args: [202, 'Fine', { 'X-A': '1' }] }, end]],
  ['writes its head as a list', [{ do: 'writeHead', args: [200, ['X-A', '1', 'X-A', '2']] }, end]],
  [
    'sets and removes headers first',
    [{ do: 'setHeader', args: ['X-A', '1'] }, { do: 'removeHeader', args: ['X-A'] }, end],
  ],
  ['flushes its headers', [{ do: 'statusCode', args: [203] }, { do: 'flushHeaders' }, write, end]],
  ['writes an impossible head', [{ do: 'writeHead', args: [7] }, end]],
  ['writes an impossible header', [{ do: 'writeHead', args: [200, { 'X-A': 'a\nb' }] }, end]],
  ['writes no chunk', [{ do: 'write', args: [null] }, end]],
  ['writes what is no chunk', [{ do: 'write', args: [{}] }, end]],
  ['ends with what is no chunk', [{ do: 'end', args: [7] }, end]],
  ['pipes', [{ do: 'pipe', args: [['a', 'b', 'c']] }]],
  ['is destroyed before', [{ do: 'destroy' }]],
  ['is destroyed meanwhile', [write, { do: 'destroy' }, write, end]],
  ['is destroyed after', [end, pause, { do: 'destroy' }]],
  ...[head, write, end].flatMap((first) =>
    late.flatMap((second): [string, Step[]][] => [
      [`${first.do}, then ${second.do} meanwhile`, [first, second]],
      [`${first.do}, then ${second.do} afterwards`, [first, pause, second]],
      [`${first.do}, then ${second.do} twice`, [first, second, second]],
    ]),
  ),
];

/** What cannot be made equal over HTTP/2, each with its reason. */
const notOnHttp2 = new Map([
  ['writes an impossible head', 'Node keeps the impossible status, and throws at the end again'],
  ['writes no chunk', 'Node has sent the head by the time it throws; ours has sent nothing'],
  ['writes what is no chunk', 'as above'],
  ['ends with what is no chunk', 'as above'],
  ['is destroyed meanwhile', 'Node has sent what was written before; ours has not handed it over yet'],
  ['end, then write meanwhile', 'Node cuts off what is still on its way'],
  ['end, then write twice', 'as above'],
]);

/** What happens is the same. When it does is not, since one of the two waits. */
const sorted = (seen: Seen): Seen => ({ ...seen, events: seen.events.toSorted() });

describe.each(transports)('a response held over %s', (transport) => {
  it.each(hooks)('%s is to its handler and its client what Node makes of it', async (_, prepare) => {
    for (const [name, script] of scripts) {
      if (transport === 'http2' && notOnHttp2.has(name)) continue;
      const bare = await runScript(transport, script, () => {});
      expect(sorted(await runScript(transport, script, prepare)), name).toEqual(sorted(bare));
    }
  });
});

describe('whatever a handler does to a held response', () => {
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.constantFrom(pause, head, write, end, ...late),
    fc.constantFrom<Step>({ do: 'destroy' }, { do: 'pipe', args: [['x', 'y']] }),
  );

  it('it comes out as Node makes it, and the process survives', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 8 }), fc.constantFrom(0, 1, 3), async (script, turns) => {
        const bare = await runScript('http', script, () => {});
        const held = await runScript('http', script, hold(turns));
        // What arrives of a response that is destroyed on its way, or in which order sources and writes take turns, depends on
        // the moment.
        const isUncertain = script.some((each) => each.do === 'destroy' || each.do === 'pipe');
        if (isUncertain) expect(held.steps.length).toBe(bare.steps.length);
        else expect(sorted(held)).toEqual(sorted(bare));
      }),
      { numRuns: Number(process.env.FUZZ_RUNS ?? 300) },
    );
  });
});
