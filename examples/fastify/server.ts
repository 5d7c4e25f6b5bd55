import formbody from '@fastify/formbody';
import { sessionPlugin } from '@store/session/fastify';
import { startSession } from '@store/sqlite';
import Fastify from 'fastify';

declare module '@store/session/fastify' {
  interface SessionTypes {
    data: { name: string };
    flash: { notice: string };
  }
}

await startSession({ database: './sessions.db' });

const app = Fastify();
app.register(formbody);
app.register(sessionPlugin);

app.get('/', ({ session }, reply) => {
  const notice = session.getFlash('notice');
  const name = session.get('name');
  reply.type('text/html; charset=utf-8').send(`<!doctype html>
    <html lang="en">
      <meta name="viewport" content="width=device-width">
      <title>Sessions with Fastify</title>
      ${notice === undefined ? '' : `<p role="status">${escapeHtml(notice)}</p>`}
      ${name === undefined ? signInForm : `<p>Hello ${escapeHtml(name)}</p> ${signOutForm}`}
    </html>`);
});

const signInForm = `<form method="post" action="/sign-in">
  <label>Name <input name="name" required maxlength="40"></label> <button>Sign in</button>
</form>`;
const signOutForm = '<form method="post" action="/sign-out"><button>Sign out</button></form>';

app.post<{ Body?: { name?: unknown } }>('/sign-in', ({ body, session }, reply) => {
  const name = body?.name;
  if (typeof name !== 'string' || name === '' || name.length > 40) {
    session.flash('notice', 'Your name has 1 to 40 characters.');
    return reply.redirect('/', 303);
  }
  session.setSubject(name); // an application with accounts passes the id of the user here
  session.set('name', name);
  session.flash('notice', `Welcome, ${name}!`);
  return reply.redirect('/', 303);
});

app.post('/sign-out', ({ session }, reply) => {
  session.invalidate();
  return reply.redirect('/', 303);
});

console.log(`Listening on ${await app.listen({ port: Number(process.env.PORT ?? 3000) })}`);

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
