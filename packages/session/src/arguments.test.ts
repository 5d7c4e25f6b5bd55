import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';
import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../test/memory-store.ts';
import { wrongCookieOptions, wrongOptions, wrongPartialOptions, wrongUses } from '../test/wrong-options.ts';
import * as ofExpress from './express.ts';
import { sessionPlugin } from './fastify.ts';
import * as ofFetch from './fetch.ts';
import * as ofHono from './hono.ts';
import { createTestSession, openSession, readSession, withSession } from './index.ts';
import * as ofKoa from './koa.ts';
import * as ofNode from './node.ts';

const { store } = createMemoryStore();
const request = new Request('https://shop.example');
const incoming = new IncomingMessage(new Socket());
const outgoing = new ServerResponse(incoming);
const respond = () => new Response();
const refusal = (text: RegExp) =>
  expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringMatching(text) });

/** Calls without type checking, as from JavaScript. */
// biome-ignore lint/suspicious/noExplicitAny: any argument can be in any position
type Call = (...given: any[]) => unknown;
const untyped = (call: unknown) => call as Call;

const entries: Record<string, (options: unknown) => unknown> = {
  'sessionMiddleware of /express': untyped(ofExpress.sessionMiddleware),
  'sessionMiddleware of /hono': untyped(ofHono.sessionMiddleware),
  'sessionMiddleware of /koa': untyped(ofKoa.sessionMiddleware),
  'sessionMiddleware of /node': untyped(ofNode.sessionMiddleware),
  'sessionPlugin of /fastify': (options) => fastify().register(sessionPlugin, options as object),
  'sessionHandler of /fetch': (options) => untyped(ofFetch.sessionHandler)(respond, options),
  'sessionHandler of /node': (options) => untyped(ofNode.sessionHandler)(respond, options),
  openSession: (options) => untyped(openSession)(request, options),
  readSession: (options) => untyped(readSession)(request, options),
  withSession: (options) => untyped(withSession)(request, options, respond),
  createTestSession: (options) => untyped(createTestSession)(store, {}, options),
};

/** What a call throws, or rejects with. */
const failure = async (call: () => unknown): Promise<unknown> => {
  try {
    return void (await call());
  } catch (error) {
    return error;
  }
};

describe.each(Object.entries(entries))('%s', (_, call) => {
  const wrong: [object, RegExp][] = [
    ...wrongUses(wrongOptions),
    ...wrongUses(wrongPartialOptions),
    ...wrongUses(wrongCookieOptions).map(([cookie, text]): [object, RegExp] => [{ cookie }, text]),
  ];

  it('rejects every invalid option', async () => {
    for (const [options] of wrong)
      expect([options, await failure(() => call(options))]).toEqual([
        options,
        refusal(/\[@store\/session\]/),
      ]);
  });

  it('accepts undefined options, and no options', async () => {
    const undefinedOnes = { touchAfter: undefined, cookie: undefined, typo: undefined };
    // Without a store, the request fails for a reason other than the options.
    for (const options of [undefined, {}, undefinedOnes])
      expect(await failure(() => call(options))).not.toMatchObject({ code: 'INVALID_OPTION' });
  });

  it('rejects anything but an options object, and says what to write', async () => {
    const places: [string, unknown, RegExp][] = [
      ['a store', store, /store was passed in place.* Pass \{ store \}/],
      ['a request', request, /request.* was passed in place of the options\. Write \S+/],
      ["Node's request", incoming, /request.* was passed in place of the options\. Write \S+/],
      ["Node's response", outgoing, /request.* was passed in place of the options\. Write \S+/],
      ['a Map', new Map([['timeout', 5]]), /an object, not an instance of Map\. Write \S+/],
      ['an array', [{ timeout: 5 }], /./],
      ['a string', 'sid', /./],
    ];
    for (const [what, place, text] of places) {
      expect([what, await failure(() => call(place))]).toEqual([what, refusal(text)]);
    }
  });
});

describe('arguments in the wrong order', () => {
  const options = { store };
  const promised = Promise.resolve(store);
  const next = () => {};
  const write = (call: string) => new RegExp(`\\. Write ${call.replaceAll(/[()[\]{}]/g, '\\$&')}`);

  it.each<[string, Call, unknown[], RegExp]>([
    [
      'withSession',
      untyped(withSession),
      [options, request, respond],
      write('withSession(request, options, handler)'),
    ],
    [
      'withSession',
      untyped(withSession),
      [request, respond],
      write('withSession(request, options, handler)'),
    ],
    [
      'withSession',
      untyped(withSession),
      [respond, request],
      write('withSession(request, options, handler)'),
    ],
    [
      'withSession',
      untyped(withSession),
      [request, respond, options],
      write('withSession(request, options, handler)'),
    ],
    [
      'withSession',
      untyped(withSession),
      [incoming, options, respond],
      /web-standard Request.*openSession\(\)/,
    ],
    ['withSession', untyped(withSession), [undefined, options, respond], /web-standard Request/],
    ['openSession', untyped(openSession), [options, request], write('openSession(request, options)')],
    ['openSession', untyped(openSession), [options, incoming], write('openSession(request, options)')],
    ['openSession', untyped(openSession), [incoming, outgoing], write('openSession(request, options)')],
    ['openSession', untyped(openSession), [request, promised], /promise was passed/],
    ['readSession', untyped(readSession), [options, request], write('readSession(request, options)')],
    [
      '/fetch',
      untyped(ofFetch.sessionHandler),
      [options, respond],
      write('sessionHandler(handler, options)'),
    ],
    ['/fetch', untyped(ofFetch.sessionHandler), [options], write('sessionHandler(handler, options)')],
    [
      '/fetch',
      untyped(ofFetch.sessionHandler),
      [respond, respond],
      write('sessionHandler(handler, options)'),
    ],
    ['/fetch', untyped(ofFetch.sessionHandler), [respond, null], write('sessionHandler(handler, options)')],
    [
      '/fetch, not called',
      untyped(ofFetch.sessionHandler),
      [request],
      write('sessionHandler(handler, options)'),
    ],
    ['/node', untyped(ofNode.sessionHandler), [options, respond], write('sessionHandler(handler, options)')],
    ['/node', untyped(ofNode.sessionHandler), [respond, null], write('sessionHandler(handler, options)')],
    [
      '/node, not called',
      untyped(ofNode.sessionHandler),
      [incoming, outgoing],
      write('sessionHandler(handler'),
    ],
    ['/node, not called', untyped(ofNode.sessionMiddleware), [incoming, outgoing, next], write('app.use(')],
    ['/node', untyped(ofNode.sessionMiddleware), [respond], write('app.use(sessionMiddleware(')],
    ['/express, with its application', untyped(ofExpress.sessionMiddleware), [express()], write('app.use(')],
    [
      '/express',
      untyped(ofExpress.withSession),
      [options, respond],
      write('withSession((request, response) =>'),
    ],
    ['/express', untyped(ofExpress.withSession), [request, options, respond], write('withSession((request')],
    ['/express', untyped(ofExpress.withSession), [respond, options], /options to sessionMiddleware\(\)/],
    ['/koa, with its application', untyped(ofKoa.sessionMiddleware), [new Koa()], write('app.use(')],
    ['/fastify, not registered', untyped(sessionPlugin), [options], write('app.register(sessionPlugin')],
    [
      'createTestSession',
      untyped(createTestSession),
      [{ n: 1 }, store],
      write('createTestSession(store, data'),
    ],
    [
      'createTestSession',
      untyped(createTestSession),
      [promised, { n: 1 }],
      /promise of one\. Write createTestSession/,
    ],
    [
      'createTestSession',
      untyped(createTestSession),
      [{ n: 1 }],
      write('createTestSession(store, data, options)'),
    ],
  ])('are rejected with the right call: %s', async (_, call, given, text) => {
    expect(await failure(() => call(...given))).toEqual(refusal(text));
  });

  it('are accepted when Array.map passes them', () => {
    expect([next].map(untyped(ofExpress.withSession))).toEqual([next]);
  });
});

describe('commit', () => {
  it.each<[unknown, RegExp]>([
    [outgoing, /commit\(\{ status: response\.statusCode, headers \}\)/],
    [{ statusCode: 500 }, /commit\(\{ status: response\.statusCode, headers \}\)/],
    [500, /takes an object, not 500\. Write commit/],
    [null, /takes an object, not null/],
    [[], /takes an object, not an array/],
    [{ status: '500' }, /status must be a whole number.* not a string/],
    [{ status: Number.NaN }, /status must be a whole number/],
    [{ status: 200, headers: 'no-store' }, /headers must be Headers or an object/],
    [{ status: 200, headers: [['Vary', 'Accept']] }, /headers must be Headers or an object/],
  ])('rejects %o, which would otherwise count as a success', async (response, text) => {
    const { session, commit } = await openSession('', { store });
    session.set('n', 1);
    expect(await failure(() => commit(response as never))).toEqual(refusal(text));
    expect((await commit(new Response(null, { status: 204 }))).cookies).toHaveLength(1);
  });
});

describe('a middleware that is mounted without being called', () => {
  it('fails the first request, and the error shows the call to write', async () => {
    const app = new Hono();
    app.use(ofHono.sessionMiddleware as never);
    app.onError((error) => new Response(error.message, { status: 500 }));
    expect(await (await app.request('/')).text()).toMatch(/Write app\.use\(sessionMiddleware\(/);
    const koa = new Koa();
    koa.silent = true;
    const errors: unknown[] = [];
    koa.on('error', (error) => errors.push(error));
    koa.use(ofKoa.sessionMiddleware as never);
    await koa.callback()(new IncomingMessage(new Socket()), new ServerResponse(incoming));
    expect(errors).toEqual([refusal(/Write app\.use\(sessionMiddleware\(/)]);
  });
});

describe('one options object for several functions', () => {
  it('is checked by each function for options that it does not take', async () => {
    const options = { store, host: 'shop.example', https: true };
    await openSession(request, options);
    expect(() => untyped(withSession)(new Request('https://shop.example'), options, respond)).toThrow(
      refusal(/The option host is only for openSession\(\) and readSession\(\)/),
    );
  });
});
