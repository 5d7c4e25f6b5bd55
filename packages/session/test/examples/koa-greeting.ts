import { sessionMiddleware } from '@store/session/koa';
import { startSession } from '@store/sqlite';
import Koa from 'koa';

await startSession({ database: process.env.DATABASE ?? './sessions.db' });

export const app = new Koa();
app.use(sessionMiddleware());

app.use((ctx) => {
  const [, action, name] = ctx.path.split('/');
  if (ctx.method === 'POST' && action === 'sign-in' && name) {
    ctx.session.setSubject(name); // a new id, so a planted one is useless
    ctx.session.set('name', name);
    return ctx.redirect('/'); // sent once the session is written
  }
  ctx.body = `Hello, ${ctx.session.get('name', 'stranger')}`;
});
