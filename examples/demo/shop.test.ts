import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser } from './test/browser.ts';
import { type DemoServer, startDemo } from './test/demo-server.ts';
import { type Visitor, visit } from './test/visitor.ts';

let browser: Browser;
let demo: DemoServer;
let visitor: Visitor;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

beforeEach(async () => {
  demo = await startDemo();
  visitor = await visit(browser, demo.origin);
});
afterEach(async () => {
  await visitor.page.context().close();
  await demo.close();
  expect(visitor.complaints).toEqual([]);
});

const inCart = (product: string) => visitor.page.getByLabel(`${product} in your cart`).textContent();

describe('the shop', () => {
  it('stores nothing for a visitor who only browses', async () => {
    await visitor.reload();
    expect(demo.rows()).toEqual([]);
    expect(await visitor.cookie()).toBeUndefined();
  });

  it('says once, on the page after the redirect, what happened', async () => {
    await visitor.press('Add Sencha');
    expect(await visitor.notice()).toBe('Sencha is in your cart.');
    await visitor.reload();
    expect(await visitor.notice()).toBeUndefined();
  });

  it('counts up and down', async () => {
    await visitor.press('Add Assam');
    await visitor.press('Add Assam');
    await visitor.press('One Assam less');
    expect(await inCart('Assam')).toBe('1');
    await visitor.press('One Assam less');
    expect(await visitor.page.getByRole('button', { name: 'One Assam less' }).isDisabled()).toBe(true);
  });

  it('counts all twenty clicks that arrive together', async () => {
    await visitor.press('Add Rooibos');
    await visitor.page.evaluate(async () => {
      const body = new URLSearchParams({ product: 'rooibos' });
      const clicks = Array.from({ length: 20 }, () => fetch('/cart/add', { method: 'POST', body }));
      await Promise.all(clicks);
    });
    await visitor.reload();
    expect(await inCart('Rooibos')).toBe('21');
  });

  it('returns a form once with its input and errors', async () => {
    const { page } = visitor;
    await page.getByLabel('Recipient').fill('"><b>Ada</b>');
    await page.getByLabel('E-mail').fill('ada at example');
    await visitor.press('Order');
    expect(await page.getByLabel('Recipient').inputValue()).toBe('"><b>Ada</b>');
    expect(await page.getByLabel('E-mail').inputValue()).toBe('ada at example');
    expect(await page.locator('#email-error').textContent()).toMatch(/not an e-mail address/);
    expect(await page.locator('#town-error').textContent()).toBe('Where should it go?');
    expect(await page.locator('input:focus').getAttribute('name')).toBe('email');
    await visitor.reload();
    expect(await page.getByLabel('E-mail').inputValue()).toBe('');
    expect(await page.locator('[aria-invalid]').count()).toBe(0);
  });

  it('accepts an order and empties the cart', async () => {
    const { page } = visitor;
    await visitor.press('Add Sencha');
    await page.getByLabel('Recipient').fill('Ada');
    await page.getByLabel('E-mail').fill('ada@example.com');
    await page.getByLabel('Town').fill('Lyon');
    await visitor.press('Order');
    expect(await visitor.notice()).toBe('Thank you. The tea for Ada is on its way to Lyon.');
    expect(await inCart('Sencha')).toBe('0');
  });

  it('keeps a filled-in form when the cart is empty', async () => {
    const { page } = visitor;
    await page.getByLabel('Recipient').fill('Ada');
    await page.getByLabel('E-mail').fill('ada@example.com');
    await page.getByLabel('Town').fill('Lyon');
    await visitor.press('Order');
    expect(await visitor.notice()).toBe('Your cart is empty. Add a tea first.');
    expect(await page.getByLabel('Town').inputValue()).toBe('Lyon');
  });
});
