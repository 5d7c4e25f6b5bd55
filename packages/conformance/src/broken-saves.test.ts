import { describe, expect, it } from 'vitest';
import { brokenSaves, savingDriver } from '../test/broken-saves.ts';
import { failingCases } from '../test/failing-cases.ts';
import { memoryDriver } from '../test/memory-driver.ts';

describe('a storage backend that saves in one step', () => {
  it('and keeps every promise passes every case', async () => {
    expect(await failingCases(savingDriver())).toEqual([]);
  });

  it.each(brokenSaves)('with this fault fails exactly the cases for it: $broken', async ({ save, fails }) => {
    expect(await failingCases(savingDriver(save))).toEqual(fails);
  });

  it('but reads first and writes later fails exactly the case about races', async () => {
    const later = () => new Promise<void>((resolve) => setTimeout(resolve, 0));
    expect(await failingCases(savingDriver(undefined, later))).toEqual(['storage.save-race']);
  });

  it('without claiming it fails the case that requires the claim', async () => {
    const { capabilities } = memoryDriver;
    expect(await failingCases({ ...savingDriver(), capabilities })).toEqual(['storage.no-save']);
  });
});
