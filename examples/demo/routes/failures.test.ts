import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type DemoServer, startDemo } from '../test/demo-server.ts';

let demo: DemoServer;
beforeEach(async () => {
  demo = await startDemo();
});
afterEach(() => demo.close());

describe('the demo', () => {
  it('shows an error page for an address that does not exist', async () => {
    const answer = await fetch(`${demo.origin}/<nowhere>`);
    expect(answer.status).toBe(404);
    expect(await answer.text()).toContain('<h1>Page not found</h1>');
  });

  it('shows an error page for a form that is too large', async () => {
    const body = new URLSearchParams({ recipient: 'a'.repeat(20_000) });
    const answer = await fetch(`${demo.origin}/delivery`, { method: 'POST', body });
    expect(answer.status).toBe(413);
    expect(await answer.text()).toContain('<h1>That request was not valid</h1>');
  });

  it('shows an error page for an unavailable store, and prints the error to the console', async () => {
    const body = new URLSearchParams({ product: 'sencha' });
    const added = await fetch(`${demo.origin}/cart/add`, { method: 'POST', body, redirect: 'manual' });
    const [cookie = ''] = added.headers.getSetCookie();
    await demo.store.close();
    const log = vi.spyOn(console, 'error').mockReturnValue();
    const answer = await fetch(demo.origin, { headers: { cookie: cookie.split(';', 1).join() } });
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain('<h1>The session store has a problem</h1>');
    expect(log).toHaveBeenCalledWith(expect.objectContaining({ code: 'CLOSED' }));
    log.mockRestore();
  });
});
