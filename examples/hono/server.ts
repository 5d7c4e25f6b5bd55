import { serve } from '@hono/node-server';
import { type SessionVariables, sessionMiddleware } from '@store/session/hono';
import { startSession } from '@store/sqlite';
import { Hono } from 'hono';
import { html } from 'hono/html';

await startSession({ database: './sessions.db' });

const app = new Hono<{ Variables: SessionVariables<{ name: string }, { notice: string }> }>();
app.use(sessionMiddleware());

app.get('/', (c) => {
  const session = c.get('session');
  const form = session.has('name')
    ? html`<p>Hello ${session.get('name')}</p>
        <form method="post" action="/sign-out"><button>Sign out</button></form>`
    : html`<form method="post" action="/sign-in">
        <label>Name <input name="name" required maxlength="40"></label> <button>Sign in</button>
      </form>`;
  return c.html(html`<!doctype html>
    <html lang="en">
      <meta name="viewport" content="width=device-width">
      <title>Sessions with Hono</title>
      ${session.hasFlash('notice') && html`<p role="status">${session.getFlash('notice')}</p>`}
      ${form}
    </html>`);
});

app.post('/sign-in', async (c) => {
  const session = c.get('session');
  const { name } = await c.req.parseBody();
  if (typeof name !== 'string' || name === '' || name.length > 40) {
    session.flash('notice', 'Your name has 1 to 40 characters.');
    return c.redirect('/', 303);
  }
  session.setSubject(name); // an application with accounts passes the id of the user here
  session.set('name', name);
  session.flash('notice', `Welcome, ${name}!`);
  return c.redirect('/', 303);
});

app.post('/sign-out', (c) => {
  c.get('session').invalidate();
  return c.redirect('/', 303);
});

serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000) }, ({ port }) => {
  console.log(`Listening on http://localhost:${port}`);
});
