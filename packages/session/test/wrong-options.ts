import type { SessionCookieOptions, SessionOptions, TestSessionOptions } from '../src/index.ts';
import type { PartialOption } from '../src/options.ts';
import type { Lifetime } from '../src/session/lifetime.ts';

/** What an option must reject. */
export interface Wrong {
  types: readonly unknown[];
  /** Values of the right type. */
  values?: readonly unknown[];
  misspelled: string;
}

type Table<Options> = { readonly [option in keyof Options]-?: Wrong };

const noBoolean = ['yes', 1, null, {}];
const noFunction = ['run', {}, true, null];

export const wrongOptions: Table<SessionOptions> = {
  store: { types: [{}, null, 'sqlite', () => {}], misspelled: 'stores' },
  cookie: { types: ['sid', 7, null, [], true, () => {}, new Map()], misspelled: 'cookies' },
  schema: {
    types: [{}, null, 'string', () => {}],
    values: [{ '~standard': { version: 2 } }],
    misspelled: 'shema',
  },
  touchAfter: {
    types: ['60', null, true, {}],
    values: [-1, Number.NaN, Number.POSITIVE_INFINITY],
    misspelled: 'touchafter',
  },
  peek: { types: [1, 'yes', null, {}], misspelled: 'peeks' },
  lazy: { types: noBoolean, misspelled: 'lasy' },
  onStoreFailure: { types: [true, null, {}], values: ['anon', 'Fail', ''], misspelled: 'onStoreFailur' },
  timeout: {
    types: ['60', null, true, {}],
    values: [0, -1, 2_147_484, Number.NaN, Number.POSITIVE_INFINITY],
    misspelled: 'timeOuts',
  },
  gcProbability: { types: ['0.5', true, null], values: [-0.1, 1.1, Number.NaN], misspelled: 'gcProbabilty' },
  random: { types: [0.5, 'random', null, {}], misspelled: 'randon' },
  onEvent: { types: noFunction, misspelled: 'onEvents' },
};

export const wrongPartialOptions: Table<{ [option in PartialOption]: unknown }> = {
  waitUntil: { types: noFunction, misspelled: 'waituntil' },
  host: {
    types: [7, null, {}, () => {}],
    values: ['https://shop.example', 'shop.example/app', 'shop example'],
    misspelled: 'hosts',
  },
  https: { types: noBoolean, misspelled: 'httpss' },
  onError: { types: noFunction, misspelled: 'onErrors' },
};

export const wrongCookieOptions: Table<SessionCookieOptions> = {
  name: {
    types: [7, null, {}, () => {}],
    values: [
      ...['', 'a b', 'a;b', 'a=b', 'süß', 'n'.repeat(2000)],
      // Browsers recognize prefixes in any letter case; the last one is newer, and requires Secure on loopback too.
      ...['__host-sid', '__HOST-sid', '__secure-sid', '__Http-sid'],
      // On loopback, the name is sent without its prefix.
      ...['__Host-', '__Secure-', '__Secure-__Host-sid', '__Host-__Http-sid'],
    ],
    misspelled: 'nam',
  },
  domain: {
    types: [7, null, true, {}],
    values: [
      ...[
        '',
        'com',
        'localhost',
        '.com',
        'shop.example.',
        '.',
        'shop..example',
        '*.shop.example',
        'süß.example',
      ],
      ...['https://shop.example', 'shop.example:3000', 'shop.example/app', 'a;b', 'a b.example'],
      ...['127.0.0.1', '10.0', '127.0.0.0x1', '[::1]', '::1', '.127.0.0.1'],
      ...['-a.example', 'a-.example', `${'a'.repeat(64)}.example`, `${'a.'.repeat(600)}example`],
    ],
    misspelled: 'domian',
  },
  path: {
    types: [7, null, true, {}],
    values: [
      ...['', 'app', './app', '/a;b', '/a?b', '/a#b', '/süß', '/a b', `/${'a'.repeat(1100)}`],
      ...['/app/*', '/:tenant', '/{tenant}', '/app/../admin', '/./app', '/app/%2e%2e', '/a\\b', '/a"b'],
    ],
    misspelled: 'pathh',
  },
  sameSite: { types: [true, null, 1], values: ['Lax', 'no', ''], misspelled: 'samesite' },
  secure: { types: ['auto', 1, null, {}], misspelled: 'secur' },
  partitioned: { types: noBoolean, misspelled: 'partitionned' },
  priority: { types: [true, null, 1], values: ['High', 'highest', ''], misspelled: 'priorty' },
  expireOnClose: { types: noBoolean, misspelled: 'expiresOnClose' },
  chunks: { types: ['3', true, null, {}], values: [0, -1, 1.5, 9, Number.NaN], misspelled: 'chunk' },
  maxHeaderSize: {
    types: ['8192', true, null],
    values: [0, 100, 1023, 8192.5, Number.NaN, Number.POSITIVE_INFINITY],
    misspelled: 'maxheadersize',
  },
  insecureOnLoopback: { types: noBoolean, misspelled: 'insecureOnLoopbak' },
};

export const wrongLifetimes: Table<Lifetime> = {
  idleTimeout: {
    types: ['60', null, true, {}],
    // The last one exceeds the absolute timeout.
    values: [0, -1, 1.5, Number.NaN, 2 ** 31, 2_592_001],
    misspelled: 'idletimeout',
  },
  expireOnClose: { types: noBoolean, misspelled: 'expiresOnClose' },
};

export const wrongTestOptions: Table<TestSessionOptions> = {
  ...wrongLifetimes,
  flash: { types: ['hello', null, [], 7], misspelled: 'flahs' },
  cookie: wrongOptions.cookie,
  // The store checks the subject's value, and throws INVALID_VALUE.
  subject: { types: [], misspelled: 'subjekt' },
};

/** Each wrong use of an option: the value passed, and the expected error text. */
export function wrongUses(table: { readonly [option: string]: Wrong }): [object, RegExp][] {
  return Object.entries(table).flatMap(([option, { types, values = [], misspelled }]): [object, RegExp][] => [
    ...[...types, ...values].map((value): [object, RegExp] => [
      { [option]: value },
      // A name, domain or path that is too long makes the whole cookie too long.
      new RegExp(`\\b(?:${option}|cookie) must be`),
    ]),
    [
      { [misspelled]: types[0] ?? 'x' },
      new RegExp(`Unknown option (?:\\S+\\.)?${misspelled}: did you mean ${option}\\b`),
    ],
  ]);
}
