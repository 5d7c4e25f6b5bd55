import { describe, expect, it } from 'vitest';
import { fileNameOf, refuseBadName } from './package-name.ts';

describe('refuseBadName', () => {
  it.each(['redis', 'store-driver-redis', '@acme/sessions', '7sessions', 'redis.js', 'a'.repeat(214)])(
    'accepts %s',
    (name) => {
      expect(() => refuseBadName(name)).not.toThrow();
    },
  );

  it.each([
    ['', 'lowercase'],
    ['My Driver', 'lowercase'],
    ['.hidden', 'lowercase'],
    ['_private', 'lowercase'],
    ['@acme', 'lowercase'],
    ['@/sessions', 'lowercase'],
    ['@acme/../sessions', 'lowercase'],
    ['acme/sessions', 'lowercase'],
    ['sitzungsspeicher-für-alle', 'lowercase'],
    ["it's", 'lowercase'],
    ['a'.repeat(215), '214 characters'],
    ['node_modules', 'reserves it'],
    ['http', 'reserves it'],
    ['vitest', 'depends on the package'],
    ['@store/core', 'depends on the package'],
  ])('refuses %j, and says why and how to choose another', (name, reason) => {
    expect(() => refuseBadName(name)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining(reason) }),
    );
    expect(() => refuseBadName(name)).toThrow('--name');
  });
});

describe('fileNameOf', () => {
  it.each([
    ['store-driver-redis', 'store-driver-redis'],
    ['@acme/sessions', 'sessions'],
    ['redis.d', 'redis-d'],
    ['redis.test', 'redis-test'],
  ])('turns %s into %s', (name, file) => {
    expect(fileNameOf(name)).toBe(file);
  });
});
