import { describe, expect, it } from 'vitest';
import { memoryDriver } from '../test/memory-driver.ts';
import { testDriver as testWithJest } from './bindings/jest-binding.ts';
import { testDriver as testWithVitest } from './bindings/vitest-binding.ts';
import { capabilityNames, exportNames } from './driver/module-exports.ts';
import { type DriverModule, inspectDriver, loadDriver, runConformance } from './index.ts';

type Row = [option: string, wrong: unknown, misspelled: string];

const inspected = (module: unknown) => inspectDriver(module as DriverModule);
const nowhere = 'file:///nowhere.ts';

/** Everything that accepts options or exports, each with the name that titles use for it. */
const tables: [what: string, take: (options: object) => Promise<unknown>, path: string, rows: Row[]][] = [
  [
    'a driver module',
    (options) => inspected({ ...memoryDriver, ...options }),
    'exports.',
    [
      ['start', {}, 'starts'],
      ['openStorage', {}, 'openStore'],
      ['dump', 'all', 'dumb'],
      ['peek', 7, 'peak'],
      ['breakBackend', true, 'breakBackends'],
      ['mendBackend', true, 'mendBackEnd'],
      ['cleanUp', 'rm', 'cleanup'],
      ['capabilities', ['subjects'], 'capabilites'],
      ['kind', 'cookies', 'kinds'],
      ['knownWeaknesses', { 'gc.at-once': true }, 'knownWeaknes'],
    ],
  ],
  [
    'the capabilities',
    (capabilities) => inspected({ ...memoryDriver, capabilities }),
    'capabilities.',
    [
      ['subjects', 1, 'subject'],
      ['savesInOneStep', 'yes', 'saveInOneStep'],
      ['sharedBetweenInstances', null, 'sharedBetwenInstances'],
      ['sharedBetweenProcesses', 0, 'sharedBetweenProceses'],
      ['revocation', true, 'revokation'],
    ],
  ],
  [
    'runConformance()',
    (options) => runConformance(nowhere, options),
    '',
    [
      ['only', 7, 'onli'],
      ['onResult', {}, 'onResults'],
    ],
  ],
  ['testDriver() of vitest', (options) => testWithVitest(nowhere, options), '', [['report', 7, 'raport']]],
  [
    'testDriver() of Jest',
    (options) => testWithJest(nowhere, { runner: { describe, it } as never, ...options }),
    '',
    [
      ['report', 7, 'raport'],
      ['runner', {}, 'runer'],
    ],
  ],
];

describe.each(tables)('%s', (what, take, path, rows) => {
  it('accepts the names in this table', async () => {
    const names = rows.map(([option]) => option);
    if (what === 'a driver module') expect(names).toEqual(exportNames);
    else {
      if (what === 'the capabilities') expect(names).toEqual(capabilityNames);
      await expect(take({ somethingFarOff: 1 })).rejects.toMatchObject({
        code: 'INVALID_OPTION',
        message: `[@store/conformance] Unknown option ${path}somethingFarOff: the options are ${names.join(', ')}.`,
      });
    }
  });

  it.each(rows)('refuses an invalid %s, and suggests the name when it is misspelled', async (...row) => {
    const [option, wrong, misspelled] = row;
    await expect(take({ [option]: wrong })).rejects.toThrow(new RegExp(`\\b${option}\\b`));
    await expect(take({ [misspelled]: () => {} })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: `[@store/conformance] Unknown option ${path}${misspelled}: did you mean ${option}?`,
    });
  });
});

describe('a value passed in place of', () => {
  it.each([undefined, null, 'driver', () => {}, Promise.resolve(memoryDriver)])(
    'a driver module is refused: %o',
    async (wrong) => {
      await expect(inspected(wrong)).rejects.toThrow(/exports.*an object such as \{ start, openStorage \}/);
    },
  );

  it('the URL of a driver module is refused with a hint about what to pass instead', async () => {
    for (const wrong of ['./conformance.ts', {}, undefined]) {
      await expect(loadDriver(wrong as string)).rejects.toThrow('must be the URL of its module, such as');
    }
  });

  it.each([null, 'README.md', ['README.md']])('options is refused: %o', async (wrong) => {
    for (const test of [testWithVitest, testWithJest, runConformance]) {
      await expect(test(nowhere, wrong as never)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    }
  });
});

it('a driver module may have other exports', async () => {
  const more = { default: {}, passwordOf: () => '', load: () => {} };
  await expect(inspected({ ...memoryDriver, ...more })).resolves.toMatchObject({ kind: 'records' });
});
