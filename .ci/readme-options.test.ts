import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testDriver } from '../packages/conformance/src/bindings/jest-binding.ts';
import { capabilityNames, exportNames } from '../packages/conformance/src/driver/module-exports.ts';
import { runConformance } from '../packages/conformance/src/index.ts';
import { startSession as startCookie } from '../packages/cookie/src/index.ts';
import { createRecordStore } from '../packages/core/src/driver.ts';
import { memoryStorage, startSession as startMemory } from '../packages/core/src/memory.ts';
import { scaffoldDriver } from '../packages/create-driver/src/index.ts';
import { startSession as startFile } from '../packages/file/src/index.ts';
import { startSession as startPostgres } from '../packages/postgres/src/index.ts';
import { sessionHandler as fetchHandler } from '../packages/session/src/fetch.ts';
import { openSession } from '../packages/session/src/index.ts';
import { sessionHandler as nodeHandler } from '../packages/session/src/node.ts';
import { startSession as startSqlite } from '../packages/sqlite/src/index.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** A row of a table, by column heading. */
type Row = { [head: string]: string };

/** The tables under a heading, up to the next one. */
function tablesUnder(heading: string, page: string): Row[][] {
  const section = read(page).split(`\n${heading}\n`)[1]?.split(/^## /m)[0] ?? '';
  return [...section.matchAll(/(?:^\|.*\n)+/gm)].map(([table]) => {
    const [head = [], , ...rows] = table
      .trim()
      .split('\n')
      .map((line) =>
        line
          .split(/(?<!\\)\|/)
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );
    return rows.map((row) => Object.fromEntries(head.map((name, index) => [name, row[index] ?? ''])));
  });
}

/** The names in a cell: `breakBackend`, `mendBackend`, and `peek(key, place)` without its arguments. */
const namesIn = (cell = '') => [...cell.matchAll(/`((?:--)?\w+)[^`]*`/g)].map(([, name = '']) => name);

/** The option names in the error for an unknown option. */
async function knownTo(call: (options: object) => unknown): Promise<string[]> {
  const error = await (async () => call({ somethingFarOff: 1 }))().catch((reason: unknown) => reason);
  return /the options are (.*)\.$/.exec((error as Error).message)?.[1]?.split(', ') ?? [];
}

/** The members of an interface, each with the default from its comment; `required` if the member is not optional. */
function documented(...sources: string[]): Map<string, string | undefined> {
  const members = sources.flatMap((source) => {
    const [file = '', name] = source.split('#');
    const body =
      new RegExp(`^export interface ${name}\\b[^{]*\\{\n(.*?)^\\}`, 'ms').exec(read(file))?.[1] ?? '';
    return [...body.matchAll(/^ {2}\/\*\*((?:(?!\*\/).)*)\*\/\s+(\w+)(\?)?:/gms)];
  });
  return new Map(
    members.map(([, comment = '', name = '', optional]) => {
      const [, text] = /@default\s+(.*)/s.exec(comment.replace(/\s*\n\s*\*/g, ' ')) ?? [];
      return [name, optional ? text?.trim() : 'required'];
    }),
  );
}

/** A default without markup. */
const plain = (text: string) =>
  text
    .replaceAll('`', '')
    .replace(/(?<=\d)_(?=\d)/g, '')
    .trim();

/** Whether a cell says the same as the comment in the code, which may be longer. */
function says(cell: string, stated: string | undefined): boolean {
  const [shown, meant] = [plain(cell), plain(stated ?? 'see below')];
  if (meant === 'required') return /^required\b/.test(shown);
  const withoutNote = shown.replace(/ \([^)]*\)$/, '');
  return [shown, withoutNote].some(
    (text) => text !== '' && meant.startsWith(text) && /^($|[,;:]| \()/.test(meant.slice(text.length)),
  );
}

const core = [
  'packages/core/src/options/timeouts.ts#Timeouts',
  'packages/core/src/options/options.ts#StoreOptions',
];
const start = [...core, 'packages/core/src/options/options.ts#StartOptions'];
const far = 'file:///nowhere.ts';
const driver = (name: string, options: string, call: (options: object) => unknown) => ({
  page: `packages/${name}/README.md`,
  known: () => knownTo(call),
  sources: [...start, `packages/${name}/src/start-session.ts#${options}`],
});

interface Page {
  page: string;
  heading?: string;
  /** The index of the table under the heading. */
  table?: number;
  column?: string;
  known: () => Promise<string[]>;
  /** The interfaces whose comments state the defaults. */
  sources?: string[];
}

const pages: Page[] = [
  {
    page: 'packages/core/README.md',
    column: 'option',
    known: async () => [
      ...(await knownTo(startMemory)),
      ...(await knownTo((options) => createRecordStore(memoryStorage(), options))),
    ],
    sources: start,
  },
  driver('sqlite', 'SqliteSessionOptions', (options) => startSqlite(options as never)),
  driver('postgres', 'PostgresSessionOptions', (options) => startPostgres(options)),
  driver('file', 'FileSessionOptions', (options) => startFile(options as never)),
  driver('cookie', 'CookieSessionOptions', (options) => startCookie(options as never)),
  {
    page: 'packages/cookie/README.md',
    table: 1,
    known: () => knownTo((entry) => startCookie({ password: entry as never })),
    sources: ['packages/cookie/src/passwords.ts#CookiePassword'],
  },
  { page: 'packages/conformance/README.md', column: 'export', known: async () => [...exportNames] },
  {
    page: 'packages/conformance/README.md',
    table: 1,
    column: 'capability',
    known: async () => [...capabilityNames],
  },
  {
    page: 'packages/conformance/README.md',
    table: 2,
    column: 'option',
    known: async () => [
      ...(await knownTo((options) => testDriver(far, options))),
      ...(await knownTo((options) => runConformance(far, options))),
      ...['--help', '--only', '--write'],
    ],
    sources: [
      'packages/conformance/src/bindings/register-cases.ts#TestDriverOptions',
      'packages/conformance/src/bindings/jest-binding.ts#JestDriverOptions',
      'packages/conformance/src/run/conformance-report.ts#ConformanceOptions',
    ],
  },
  {
    page: 'packages/create-driver/README.md',
    column: 'function',
    known: () => knownTo((options) => scaffoldDriver(options as never)),
    sources: ['packages/create-driver/src/scaffold-driver.ts#ScaffoldOptions'],
  },
  {
    page: 'packages/create-driver/README.md',
    column: 'command line',
    known: async () => ['--name', '--runner', '--help', '--version'],
  },
  {
    page: 'packages/session/docs/options.md',
    known: async () => [
      ...(await knownTo((options) => fetchHandler(() => new Response(), options))),
      ...(await knownTo((options) => nodeHandler(() => {}, options))),
      ...(await knownTo((options) => openSession('', options))),
    ],
    sources: [
      'packages/session/src/options.ts#SessionOptions',
      'packages/session/src/request/open-session.ts#OpenOptions',
      'packages/session/src/node/handler.ts#NodeHandlerOptions',
    ],
  },
  {
    page: 'packages/session/docs/options.md',
    heading: '## Cookie options',
    known: () => knownTo((cookie) => fetchHandler(() => new Response(), { cookie })),
    sources: ['packages/session/src/cookie/cookie-options.ts#SessionCookieOptions'],
  },
];

describe.each(pages.map((each) => [`${each.page}, ${each.column ?? each.heading ?? 'name'}`, each] as const))(
  'the options in %s',
  (_, { page, heading = '## Options', table = 0, column = 'name', known, sources = [] }) => {
    const rows = tablesUnder(heading, page)[table] ?? [];

    it('match those that the code accepts, with one row each', async () => {
      const names = new Set(await known());
      expect(names.size).toBeGreaterThan(0);
      expect(rows.flatMap((row) => namesIn(row[column])).sort()).toEqual([...names].sort());
    });

    it('have the same defaults as in the code', () => {
      const defaults = documented(...sources);
      const shown = rows.flatMap((row) => namesIn(row[column]).map((name) => ({ name, row })));
      // A flag is documented like the option of the same name.
      const options = sources.length === 0 ? [] : shown.filter(({ name }) => !name.startsWith('--'));
      const wrong = options
        .filter(({ name, row }) => !defaults.has(name) || !says(row.default ?? '', defaults.get(name)))
        .map(
          ({ name, row }) => `${name}: "${row.default}" in the table, "${defaults.get(name)}" in the code`,
        );
      expect(wrong).toEqual([]);
    });
  },
);
