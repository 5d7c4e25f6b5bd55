import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser } from './test/browser.ts';
import { type DemoServer, startDemo } from './test/demo-server.ts';
import { phone, type Visitor, visit } from './test/visitor.ts';

let browser: Browser;
let demo: DemoServer;
let laptop: Visitor;
let others: Visitor[];

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

beforeEach(async () => {
  demo = await startDemo();
  laptop = await visit(browser, demo.origin);
  others = [];
});
afterEach(async () => {
  for (const { page } of [laptop, ...others]) await page.context().close();
  await demo.close();
  expect([laptop, ...others].flatMap(({ complaints }) => complaints)).toEqual([]);
});

async function signedInPhone(): Promise<Visitor> {
  const visitor = await visit(browser, demo.origin, phone);
  others.push(visitor);
  await visitor.press('Sign in as Ada');
  return visitor;
}

const isSignedIn = async ({ page }: Visitor) =>
  (await page.getByRole('heading', { name: 'Signed in as' }).count()) === 1;

describe('signing in', () => {
  it('moves the session to a new id and keeps the cart', async () => {
    await laptop.press('Add Assam');
    const [before] = demo.rows();
    const cookie = await laptop.cookie();
    await laptop.press('Sign in as Ada');
    const [after, ...more] = demo.rows();
    expect(more).toEqual([]);
    expect(after?.key).not.toBe(before?.key);
    expect(after?.subject).toBe('person:ada');
    expect(await laptop.cookie()).not.toBe(cookie);
    expect(await laptop.page.getByLabel('Assam in your cart').textContent()).toBe('1');
  });

  it('says that the cart was kept if it is not empty', async () => {
    await laptop.press('Add Assam');
    await laptop.press('Sign in as Ada');
    expect(await laptop.notice()).toBe('Welcome, Ada. Your session has a new id, and you kept your cart.');
  });

  it.each([[], ['Add Assam', 'One Assam less']])('does not mention an empty cart: %j', async (...buttons) => {
    for (const button of buttons) await laptop.press(button);
    await laptop.press('Sign in as Ada');
    expect(await laptop.notice()).toBe('Welcome, Ada. Your session has a new id.');
    expect(await laptop.page.getByText('kept your cart').count()).toBe(0);
  });

  it('accepts any valid name, and returns the form for any other', async () => {
    const { page } = laptop;
    await page.getByLabel('Or your own name').fill('<Zoë>');
    await laptop.press('Sign in');
    expect(await page.locator('#name-error').textContent()).toMatch(/only letters, digits/);
    expect(await page.getByLabel('Or your own name').inputValue()).toBe('<Zoë>');
    await page.getByLabel('Or your own name').fill('Zoë');
    await laptop.press('Sign in');
    expect(await page.getByRole('heading', { name: 'Signed in as Zoë' }).count()).toBe(1);
  });

  it('leaves nothing behind: after signing out, neither the cookie nor the row exists', async () => {
    await laptop.press('Sign in as Grace');
    await laptop.press('Sign out');
    expect(await isSignedIn(laptop)).toBe(false);
    expect(await laptop.cookie()).toBeUndefined();
    expect(demo.rows()).toEqual([]);
  });
});

describe('regenerating', () => {
  it('changes the key and keeps the cart, the login and the creation time', async () => {
    await laptop.press('Add Sencha');
    await laptop.press('Sign in as Ada');
    const [before] = demo.rows();
    await laptop.press('Regenerate the id');
    const [after, ...more] = demo.rows();
    expect(more).toEqual([]);
    expect(after?.key).not.toBe(before?.key);
    expect(after?.created_at).toBe(before?.created_at);
    expect(await isSignedIn(laptop)).toBe(true);
    expect(await laptop.page.getByLabel('Sencha in your cart').textContent()).toBe('1');
  });

  it('makes the old id stop working', async () => {
    await laptop.press('Sign in as Ada');
    const old = String(await laptop.cookie());
    await laptop.press('Regenerate the id');
    const answer = await fetch(demo.origin, { headers: { cookie: `session=${old}` } });
    expect(await answer.text()).toContain('Who are you?');
  });
});

describe('the devices of one person', () => {
  it('are listed by browser, and one can be logged out from another', async () => {
    await laptop.press('Sign in as Ada');
    const handset = await signedInPhone();
    await laptop.reload();
    const devices = laptop.page.locator('.devices strong');
    expect(await devices.allTextContents()).toEqual(['Safari on iOS', 'Chrome on Linux']);
    await laptop.press('Log out Safari on iOS');
    expect(await laptop.notice()).toBe('One device is logged out. It takes effect immediately.');
    expect(await devices.allTextContents()).toEqual(['Chrome on Linux']);
    await handset.reload();
    expect(await isSignedIn(handset)).toBe(false);
  });

  it('are distinguished by number, sign-in time and last visit, and the current one is marked', async () => {
    await laptop.press('Sign in as Ada');
    const second = await visit(browser, demo.origin);
    others.push(second);
    demo.advance(300);
    await second.press('Sign in as Ada');
    const [first, latest] = demo.rows().map(({ payload }) => JSON.parse(payload).data.signedInAt as number);
    const at = (time = 0) => `Signed in at ${new Date(time).toISOString().slice(11, 16)} UTC`;
    const items = second.page.locator('.devices li');
    const texts = (await items.allInnerTexts()).map((text) => text.split(/\n+/));
    expect(texts).toEqual([
      ['Chrome on Linux (2)', at(latest), 'This device'],
      ['Chrome on Linux (1)', at(first), 'Last seen 5 minutes ago', 'Log out'],
    ]);
    await second.press('Log out Chrome on Linux (1)');
    expect(await second.page.locator('.devices strong').allTextContents()).toEqual(['Chrome on Linux']);
  });

  it('are reduced to the current one when all others are logged out', async () => {
    await laptop.press('Sign in as Ada');
    const handsets = [await signedInPhone(), await signedInPhone()];
    await laptop.reload();
    await laptop.press('Log out everywhere else');
    expect(await laptop.notice()).toBe('2 devices are logged out. It takes effect immediately.');
    expect(await isSignedIn(laptop)).toBe(true);
    for (const handset of handsets) {
      await handset.reload();
      expect(await isSignedIn(handset)).toBe(false);
    }
  });

  it('leave no row behind when all of them are logged out', async () => {
    await laptop.press('Sign in as Ada');
    const handset = await signedInPhone();
    await laptop.press('Log out everywhere');
    expect(demo.rows()).toEqual([]);
    expect(await isSignedIn(laptop)).toBe(false);
    await handset.reload();
    expect(await isSignedIn(handset)).toBe(false);
  });

  it('cannot be logged out by another user who knows the handle', async () => {
    await laptop.press('Sign in as Ada');
    const [ada] = demo.rows();
    const stranger = await visit(browser, demo.origin);
    others.push(stranger);
    await stranger.press('Sign in as Grace');
    await stranger.page.evaluate(async (handle) => {
      await fetch('/devices/log-out', { method: 'POST', body: new URLSearchParams({ handle }) });
    }, String(ada?.key));
    await laptop.reload();
    expect(await isSignedIn(laptop)).toBe(true);
  });
});
