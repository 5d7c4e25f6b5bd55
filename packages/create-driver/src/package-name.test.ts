import { describe, expect, it } from 'vitest';
import { fileNameOf, refuseBadName } from './package-name.ts';

describe('refuseBadName', () => {
  it.each(['redis', 'store-driver-redis', '@acme/sessions', '7sessions', 'redis.js', 'a'.repeat(214)])(
    'lets %s pass',
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
    ['node_modules', 'for itself'],
    ['http', 'for itself'],
    ['vitest', 'needs the package'],
    ['@store/core', 'needs the package'],
  ])('refuses %j, saying why and how to give another', (name, reason) => {
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
  ])('of %s is %s', (name, file) => {
    expect(fileNameOf(name)).toBe(file);
  });
});
