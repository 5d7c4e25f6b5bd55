import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspectDriver, markdownReport, planCases, runConformance } from '@store/conformance';
import { describe, expect, it, onTestFinished } from 'vitest';
import { memoryDriver } from '../../test/memory-driver.ts';
import { assertReportShown } from './shown-report.ts';

async function inFile(text: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'store-conformance-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const path = join(directory, 'README.md');
  await writeFile(path, text);
  return path;
}

describe('a README', () => {
  it('must show the report that the command line prints, however its columns are aligned', async () => {
    const driver = await inspectDriver(memoryDriver);
    const planned = planCases(driver);
    const report = markdownReport(await runConformance(driver));
    const lined = report.replaceAll(' | ', '   |  ');
    for (const text of [report, `# My driver\n\n${lined}`]) {
      await assertReportShown(await inFile(text), driver, planned);
    }
    const more = report.replace(
      /^(\| records .*?)(\d+) of/m,
      (_, before, passed) => `${before}${passed}1 of`,
    );
    expect(more).not.toBe(report);
    await expect(assertReportShown(await inFile(more), driver, planned)).rejects.toThrow(
      'must show this row',
    );
  });

  it('must count a case that is not run, or a known weakness, as not passed', async () => {
    const driver = await inspectDriver({
      start: memoryDriver.start,
      knownWeaknesses: { 'gc.at-once': 'it takes its time' },
    });
    const nothing = await inFile('');
    const row = /\| records \| none \| (\d+) of (\d+) \| \d+ of \d+ \| (\d+) of (\d+) \|/;
    const error = await assertReportShown(nothing, driver, planCases(driver)).catch(String);
    const [required, ofRequired, recommended, ofRecommended] = (row.exec(error ?? '') ?? [])
      .slice(1)
      .map(Number);
    expect(required).toBeLessThan(Number(ofRequired));
    expect(recommended).toBeLessThan(Number(ofRecommended));
  });
});
