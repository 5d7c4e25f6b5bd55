import type { SessionCookieOptions, SessionOptions, TestSessionOptions } from '../src/index.ts';
import type { PartialOption } from '../src/options.ts';
import type { Lifetime } from '../src/session/lifetime.ts';

/** What an option must reject. */
export interface Wrong {
  types: readonly unknown[];
  /** Values of the right type. */
  values?: readonly unknown[];
  misspelt: string;
}

type Table<Options> = { readonly [option in keyof Options]-?: Wrong };

const noBoolean = ['yes', 1, null, {}];
const noFunction = ['run', {}, true, null];

export const wrongOptions: Table<SessionOptions> = {
  store: { types: [{}, null, 'sqlite', () => {}], misspelt: 'stores' },
  cookie: { types: ['sid', 7, null, [], true, () => {}, new Map()], misspelt: 'cookies' },
  schema: {
    types: [{}, null, 'string', () => {}],
    values: [{ '~standard': { version: 2 } }],
    misspelt: 'shema',
  },
  touchAfter: {
    types: ['60', null, true, {}],
    values: [-1, Number.NaN, Number.POSITIVE_INFINITY],
    misspelt: 'touchafter',
  },
  peek: { types: [1, 'yes', null, {}], misspelt: 'peeks' },
  lazy: { types: noBoolean, misspelt: 'lasy' },
  onStoreFailure: { types: [true, null, {}], values: ['anon', 'Fail', ''], misspelt: 'onStoreFailur' },
  timeout: {
    types: ['60', null, true, {}],
    values: [0, -1, 2_147_484, Number.NaN, Number.POSITIVE_INFINITY],
    misspelt: 'timeOuts',
  },
  gcProbability: { types: ['0.5', true, null], values: [-0.1, 1.1, Number.NaN], misspelt: 'gcProbabilty' },
  random: { types: [0.5, 'random', null, {}], misspelt: 'randon' },
  onEvent: { types: noFunction, misspelt: 'onEvents' },
};

export const wrongPartialOptions: Table<{ [option in PartialOption]: unknown }> = {
  waitUntil: { types: noFunction, misspelt: 'waituntil' },
  host: {
    types: [7, null, {}, () => {}],
    values: ['https://shop.example', 'shop.example/app', 'shop example'],
    misspelt: 'hosts',
  },
  https: { types: noBoolean, misspelt: 'httpss' },
  onError: { types: noFunction, misspelt: 'onErrors' },
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
    misspelt: 'nam',
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
    misspelt: 'domian',
  },
  path: {
    types: [7, null, true, {}],
    values: [
      ...['', 'app', './app', '/a;b', '/a?b', '/a#b', '/süß', '/a b', `/${'a'.repeat(1100)}`],
      ...['/app/*', '/:tenant', '/{tenant}', '/app/../admin', '/./app', '/app/%2e%2e', '/a\\b', '/a"b'],
    ],
    misspelt: 'pathh',
  },
  sameSite: { types: [true, null, 1], values: ['Lax', 'no', ''], misspelt: 'samesite' },
  secure: { types: ['auto', 1, null, {}], misspelt: 'secur' },
  partitioned: { types: noBoolean, misspelt: 'partitionned' },
  priority: { types: [true, null, 1], values: ['High', 'highest', ''], misspelt: 'priorty' },
  expireOnClose: { types: noBoolean, misspelt: 'expiresOnClose' },
  chunks: { types: ['3', true, null, {}], values: [0, -1, 1.5, 9, Number.NaN], misspelt: 'chunk' },
  maxHeaderSize: {
    types: ['8192', true, null],
    values: [0, 100, 1023, 8192.5, Number.NaN, Number.POSITIVE_INFINITY],
    misspelt: 'maxheadersize',
  },
  insecureOnLoopback: { types: noBoolean, misspelt: 'insecureOnLoopbak' },
};

export const wrongLifetimes: Table<Lifetime> = {
  idleTimeout: {
    types: ['60', null, true, {}],
    // The last one exceeds the absolute timeout.
    values: [0, -1, 1.5, Number.NaN, 2 ** 31, 2_592_001],
    misspelt: 'idletimeout',
  },
  expireOnClose: { types: noBoolean, misspelt: 'expiresOnClose' },
};

export const wrongTestOptions: Table<TestSessionOptions> = {
  ...wrongLifetimes,
  flash: { types: ['hello', null, [], 7], misspelt: 'flahs' },
  cookie: wrongOptions.cookie,
  // The store checks the subject's value, and throws INVALID_VALUE.
  subject: { types: [], misspelt: 'subjekt' },
};

/** Each wrong use of an option: the value passed, and the expected error text. */
export function wrongUses(table: { readonly [option: string]: Wrong }): [object, RegExp][] {
  return Object.entries(table).flatMap(([option, { types, values = [], misspelt }]): [object, RegExp][] => [
    ...[...types, ...values].map((value): [object, RegExp] => [
      { [option]: value },
      // A name, domain or path that is too long makes the whole cookie too long.
      new RegExp(`\\b(?:${option}|cookie) must be`),
    ]),
    [
      { [misspelt]: types[0] ?? 'x' },
      new RegExp(`Unknown option (?:\\S+\\.)?${misspelt}: did you mean ${option}\\b`),
    ],
  ]);
}
