import { describe, expect, it } from 'vitest';
import { installCost } from './install-cost.ts';
import { install } from './package-managers.ts';
import { publicationOf, publishedNames } from './publications.ts';
import { budgets } from './published-packages.ts';

describe.each(publishedNames())('%s', (name) => {
  it('stays within its budget when installed next to core', async () => {
    const application = await install([...new Set(['@store/core', name])]);
    const { importMilliseconds, ...cost } = await installCost(application, await publicationOf(name));
    console.log(
      `${name}: ${cost.packages} packages, ${cost.kilobytes} KiB on disk; ` +
        `importing loads ${cost.loadedFiles} files in ${importMilliseconds} ms`,
    );
    const budget = budgets[name];
    expect(budget, 'published-packages.ts has no budget for it').toBeDefined();
    expect(cost.packages).toBeLessThanOrEqual(budget?.packages ?? 0);
    expect(cost.kilobytes).toBeLessThanOrEqual(budget?.kilobytes ?? 0);
    expect(cost.loadedFiles).toBeLessThanOrEqual(budget?.loadedFiles ?? 0);
  });
});
