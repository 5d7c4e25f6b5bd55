import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { partialNeeds } from '../test/battery/framework.ts';
import { expressFive, expressFour } from '../test/battery/frameworks/express.ts';
import { fastify } from '../test/battery/frameworks/fastify.ts';
import { fetchHandler } from '../test/battery/frameworks/fetch.ts';
import { hono } from '../test/battery/frameworks/hono.ts';
import { koaThree, koaTwo } from '../test/battery/frameworks/koa.ts';
import { nodeHandler } from '../test/battery/frameworks/node.ts';
import { groups } from '../test/battery/groups.ts';
import { type Cell, runCell } from '../test/battery/row.ts';
import { tableOf } from '../test/battery/table.ts';

const frameworks = [expressFive, expressFour, fastify, hono, koaThree, koaTwo, nodeHandler, fetchHandler];
const rows = groups.flatMap((group) => group.rows);
const cells: Cell[] = [];

describe.each(frameworks.map((framework) => [framework.name, framework] as const))('%s', (_, framework) => {
  it.each(rows.map((row) => [row.name, row] as const))('%s', async (_row, row) => {
    const cell = await runCell(framework, row);
    cells.push(cell);
    expect(cell.error, cell.error).toBeUndefined();
  });

  it('lists only existing rows under asBare, and only existing rows and needs under without', () => {
    const names = rows.map(({ name }) => name);
    const needs = [...rows.flatMap((row) => row.needs ?? []), ...partialNeeds];
    expect(names).toEqual(expect.arrayContaining(Object.keys(framework.asBare ?? {})));
    expect([...names, ...needs]).toEqual(expect.arrayContaining(Object.keys(framework.without ?? {})));
  });
});

describe('the table', () => {
  it('has every row once', () => {
    expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
  });

  it('matches the README', ({ skip }) => {
    if (cells.length < rows.length * frameworks.length) skip('only some rows were run');
    const table = tableOf(
      groups,
      frameworks.map(({ name }) => name),
      cells,
    );
    const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
    const written = /<!-- battery -->\n([\s\S]*?)<!-- \/battery -->/.exec(readme)?.[1]?.trim();
    if (written !== table) console.log(`The table of the README should be:\n\n${table}\n`);
    if (written === undefined) skip('the README has no <!-- battery --> and <!-- /battery -->');
    expect(written).toBe(table);
  });
});
