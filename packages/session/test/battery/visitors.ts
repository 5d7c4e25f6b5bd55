import type { Browser } from './client.ts';
import type { Row } from './row.ts';
import type { Stage } from './stage.ts';

const arrivals: [string, (stage: Stage) => Browser | Promise<Browser>][] = [
  ['a new visitor', (stage) => stage.browser()],
  ['a signed-in visitor', (stage) => stage.signedIn()],
];

/** The same row twice: for a visitor without a session, and for a signed-in one. */
export function forBothVisitors(
  row: Omit<Row, 'run'>,
  run: (stage: Stage, browser: Browser, isNew: boolean) => Promise<void>,
): Row[] {
  return arrivals.map(([who, arrive], index) => ({
    ...row,
    name: `${row.name}, ${who}`,
    run: async (stage) => run(stage, await arrive(stage), index === 0),
  }));
}
