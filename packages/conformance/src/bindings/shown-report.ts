import { readFile } from 'node:fs/promises';
import type { LoadedDriver } from '../driver/load-driver.ts';
import { levelHead, levelRow } from '../run/level-counts.ts';
import type { PlannedCase } from '../run/planned-case.ts';

/** Trims the cells, because the author may align the columns with spaces. */
const cells = (row: string) =>
  row
    .split('|')
    .map((cell) => cell.trim())
    .join('|');

/**
 * Checks that a Markdown file shows how many cases a driver passes, assuming that all other tests pass.
 *
 * @throws Error that contains the missing row
 */
export async function assertReportShown(
  path: URL | string,
  driver: LoadedDriver,
  planned: PlannedCase[],
): Promise<void> {
  const row = levelRow(
    driver,
    planned.map(({ level, skip, weakness }) => ({
      level,
      passed: skip === undefined && weakness === undefined,
    })),
  );
  const lines = (await readFile(path, 'utf8')).split('\n').map(cells);
  if (!lines.includes(cells(row))) throw new Error(`${path} must show this row:\n${levelHead}\n${row}`);
}
