import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from './test/browser.ts';
import { type DemoServer, startDemo } from './test/demo-server.ts';
import { type Visitor, visit } from './test/visitor.ts';

let browser: Browser;
let demo: DemoServer;
let axe: string;

beforeAll(async () => {
  [browser, demo, axe] = await Promise.all([
    launchBrowser(),
    startDemo(),
    readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'),
  ]);
});
afterAll(async () => {
  await browser.close();
  await demo.close();
});

/** How many pixels wider the page is than its window. */
const overflow = ({ page }: Visitor) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** Counts the cards that extend into the margin of the window. */
const cardsOutside = ({ page }: Visitor) =>
  page.locator('.card, .part').evaluateAll(
    (cards) =>
      cards.filter((card) => {
        const { left, right } = card.getBoundingClientRect();
        return left < 16 || right > document.documentElement.clientWidth - 16;
      }).length,
  );

async function problems({ page }: Visitor): Promise<string[]> {
  await page.evaluate(axe);
  const results = (await page.evaluate('axe.run()')) as AxeResults;
  return results.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

it.each([320, 360])('the page needs no horizontal scrolling at %i pixels', async (width) => {
  const visitor = await visit(browser, demo.origin, { viewport: { width, height: 640 } });
  expect(await overflow(visitor)).toBe(0);
  await visitor.press('Sign in as Ada');
  expect(await overflow(visitor)).toBe(0);
  expect(await cardsOutside(visitor)).toBe(0);
  await visitor.page.context().close();
});

type Step = (visitor: Visitor) => Promise<unknown>;

const visits: Record<string, Step[]> = {
  'to a visitor who is not signed in': [async () => {}, (visitor) => visitor.press('Order')],
  'to a signed-in visitor': [
    (visitor) => visitor.press('Sign in as Edsger'),
    async ({ page }) => {
      const latest = page.locator('#latest summary');
      if (await latest.isVisible()) await latest.click();
    },
  ],
  'to a visitor who has been signed out': [
    async (visitor) => {
      await visitor.press('Sign in as Edsger');
      await demo.store.destroyAll('person:edsger');
      await visitor.page.locator('#ended').waitFor();
    },
    (visitor) => visitor.reload(),
  ],
};

describe.each([
  { width: 390, height: 844 },
  { width: 1280, height: 800 },
])('at $width pixels', (viewport) => {
  describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
    it.each(Object.keys(visits))('fits and is accessible %s', async (name) => {
      // Reduced motion, so that contrast is measured on the final colors.
      const visitor = await visit(browser, demo.origin, { viewport, colorScheme, reducedMotion: 'reduce' });
      for (const enter of visits[name] ?? []) {
        await enter(visitor);
        await visitor.page.locator('#live[data-state="live"]').waitFor();
        expect(await overflow(visitor)).toBe(0);
        expect(await cardsOutside(visitor)).toBe(0);
        expect(await problems(visitor)).toEqual([]);
      }
      await visitor.page.context().close();
      expect(visitor.complaints).toEqual([]);
    });
  });
});
