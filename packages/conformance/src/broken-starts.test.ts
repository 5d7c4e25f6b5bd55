import { type Capabilities, type DriverModule, inspectDriver, planCases } from '@store/conformance';
import { cacheStore, createStore, type StartOptions } from '@store/core';
import { createRecordStore } from '@store/core/driver';
import { describe, expect, it } from 'vitest';
import { failingCases } from '../test/failing-cases.ts';
import { functionsDriver } from '../test/functions-driver.ts';
import { memoryDriver, storageOf } from '../test/memory-driver.ts';

/** A correct driver, started with the options that `spoil` returns for the given ones. */
const starting = (spoil: (options: StartOptions) => StartOptions, name = 'memory'): DriverModule => ({
  ...memoryDriver,
  openStorage: storageOf,
  start(given, place) {
    const { cache = true, ...options } = spoil(given);
    const store = createRecordStore(storageOf(place), { ...options, name });
    if (cache) cacheStore(store);
    return store;
  },
});

const broken: [string, DriverModule, string[]][] = [
  [
    'ignores idleTimeout',
    starting(({ idleTimeout: _, ...options }) => options),
    [
      'start.options',
      'start.wrong-option',
      'start.kind',
      'time.idle',
      'time.restarts',
      'time.ended',
      'time.application-clock',
      'touch.no-conflict',
      'create.expired',
      'subjects.list',
      'counting.live',
      'gc.expired-only',
      'gc.many',
      'gc.at-once',
      'gc.instances',
      'destroy.erases',
    ],
  ],
  [
    'uses its own clock',
    starting((options) => ({ ...options, now: () => Date.now() + 1e9 })),
    [
      'start.options',
      'start.kind',
      'save.keeps',
      'values.unknown-fields',
      'time.idle',
      'time.restarts',
      'time.absolute',
      'time.own-idle-timeout',
      'time.ended',
      'time.lowered',
      'time.skewed',
      'time.application-clock',
      'update.keeps',
      'touch.no-conflict',
      'move.keeps',
      'move.mark',
      'move.given-up',
      'move.collected',
      'create.expired',
      'create.one-winner',
      'subjects.list',
      'counting.live',
      'unreadable.missing',
      'unreadable.subjects',
      'unreadable.counting',
      'unreadable.gc',
      'gc.expired-only',
      'gc.many',
      'gc.at-once',
      'gc.instances',
      'destroy.erases',
    ],
  ],
  [
    'captures Date.now at startup',
    starting(({ now = Date.now, ...options }) => ({ ...options, now })),
    ['time.default-clock'],
  ],
  [
    'ignores onEvent',
    starting(({ onEvent: _, ...options }) => options),
    ['start.events', 'unreadable.missing', 'unreadable.subjects', 'unreadable.counting'],
  ],
  ['always caches', starting((options) => ({ ...options, cache: true })), ['start.cache']],
  ['never caches', starting((options) => ({ ...options, cache: false })), ['start.cache']],
  ['gives the store no name', starting((options) => options, '@store/core'), ['start.name']],
];

describe('a finished store', () => {
  it('that is started correctly passes every case', async () => {
    expect(await failingCases(starting((options) => options))).toEqual([]);
  });

  it.each(broken)('whose startSession %s fails exactly the cases for it', async (_, module, fails) => {
    expect(await failingCases(module)).toEqual(fails);
  });

  it('made of four functions declares its kind, and is then tested against the contract for that kind', async () => {
    const start: DriverModule['start'] = ({ cache = true, ...options }, place) => {
      const store = createStore(functionsDriver.start(options, place), { ...options, name: 'functions' });
      if (cache) cacheStore(store);
      return store;
    };
    const module: DriverModule = { ...functionsDriver, start };
    expect(await failingCases(module)).toContain('start.kind');
    expect(await failingCases({ ...module, kind: 'functions' })).toEqual([]);
  });
});

describe('a capability that is not claimed', () => {
  const withClaims = (capabilities: Capabilities) => failingCases({ ...memoryDriver, capabilities });

  it('must really be missing', async () => {
    expect(await withClaims({ subjects: true })).toEqual(['instances.apart']);
    expect(await withClaims({ sharedBetweenInstances: true })).toEqual(['subjects.unsupported']);
  });

  it('removes the cases about it from the plan', async () => {
    const planned = async (capabilities: Capabilities) =>
      planCases(await inspectDriver({ ...memoryDriver, capabilities })).map(({ id }) => id);
    expect(await planned({ subjects: true })).not.toContain('close.reopen');
    expect(await planned({ subjects: true })).toContain('subjects.list');
    expect(await planned({})).toContain('subjects.unsupported');
    expect(await planned({})).not.toContain('subjects.list');
  });
});
