import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser } from './test/browser.ts';
import { startDemo } from './test/demo-server.ts';
import { type Visitor, visit } from './test/visitor.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const viewport = { width: 390, height: 844 };

const it = test.extend<{ open: (options?: { javaScriptEnabled?: boolean }) => Promise<Visitor> }>({
  open: async ({ task: _task }, use) => {
    const demo = await startDemo();
    const visitors: Visitor[] = [];
    await use(async (options) => {
      const visitor = await visit(browser, demo.origin, { viewport, ...options });
      visitors.push(visitor);
      return visitor;
    });
    for (const { page } of visitors) await page.context().close();
    await demo.close();
    expect(visitors.flatMap(({ complaints }) => complaints)).toEqual([]);
  },
});

/** Whether the whole element is visible at the current scroll position, with nothing in front of it. */
const isInSight = (element: Locator) =>
  element.evaluate((node) => {
    const { left, right, top, bottom } = node.getBoundingClientRect();
    const inFront = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    return top >= 0 && bottom <= window.innerHeight && (node === inFront || node.contains(inFront));
  });

const latest = ({ page }: Visitor) => page.locator('#latest summary');

describe.each([true, false])('on a phone, with JavaScript: %s', (javaScriptEnabled) => {
  it('the page shows a click together with what it changed in the record', async ({ open }) => {
    const visitor = await open({ javaScriptEnabled });
    const { page } = visitor;
    const steps = [
      { press: 'Add Rooibos', heading: 'Tea shop', change: /POST \/cart\/add\s+created.*cart\.rooibos 1/s },
      { press: 'Add Rooibos', heading: 'Tea shop', change: /updated.*cart\.rooibos 1 → 2/s },
      { press: 'Order', heading: 'Have it delivered', change: /POST \/delivery.*\+flash\.old/s },
      { press: 'Sign in as Ada', heading: 'Signed in as Ada', change: /regenerated.*subject person:ada/s },
      { press: 'Log out everywhere', heading: 'Who are you?', change: /Nothing stored/ },
    ];
    for (const { press, heading, change } of steps) {
      await visitor.press(press);
      expect(await latest(visitor).textContent()).toMatch(change);
      expect(await isInSight(latest(visitor))).toBe(true);
      expect(await isInSight(page.getByRole('heading', { name: heading }))).toBe(true);
    }
  });

  it('the last change opens to show every value that changed', async ({ open }) => {
    const visitor = await open({ javaScriptEnabled });
    await visitor.press('Sign in as Grace');
    await latest(visitor).click();
    const names = visitor.page.locator('#latest dt');
    expect(await names.allTextContents()).toEqual([
      'key',
      'subject',
      'name',
      'device',
      'signedInAt',
      'flash.notice',
    ]);
    expect(await isInSight(names.first())).toBe(true);
    expect(await isInSight(names.last())).toBe(true);
  });
});

describe('the last change', () => {
  it('follows what another tab does, and stays open', async ({ open }) => {
    const visitor = await open();
    await visitor.press('Add Sencha');
    await latest(visitor).click();
    const other = await visitor.page.context().newPage();
    await other.goto(visitor.page.url());
    await other.getByRole('button', { name: 'Sign in as Ada' }).click();
    await visitor.page.bringToFront();
    await latest(visitor).getByText('/sign-in').waitFor();
    await visitor.page.getByText('person:ada').filter({ visible: true }).first().waitFor();
    expect(await visitor.page.locator('#latest details').getAttribute('open')).not.toBeNull();
  });

  it('belongs to this browser alone', async ({ open }) => {
    const [visitor, other] = [await open(), await open()];
    await visitor.press('Add Sencha');
    await other.press('Sign in as Ada');
    await visitor.reload();
    expect(await latest(visitor).textContent()).toContain('/cart/add');
  });

  it('is hidden where the window is wide enough to show the record', async ({ open }) => {
    const { page } = await open();
    await page.setViewportSize({ width: 1280, height: 800 });
    expect(await page.locator('#latest').isVisible()).toBe(false);
    expect(await isInSight(page.getByRole('heading', { name: 'In SQLite' }))).toBe(true);
  });
});
