import { getSession, sessionMiddleware, withSession } from '@store/session/express';
import { startSession } from '@store/sqlite';
import express from 'express';

declare module '@store/session/express' {
  interface SessionTypes {
    data: { name: string; cart: string[] };
    flash: { notice: string };
  }
}

await startSession({ database: process.env.DATABASE ?? './sessions.db' });

export const app = express();
app.use(express.urlencoded());
app.use(sessionMiddleware());

app.post(
  '/sign-in',
  withSession(({ body, session }, response) => {
    if (!body.name) {
      session.flashOld({ email: body.email });
      session.flashErrors({ name: 'Tell us your name.' });
      return response.redirect(303, '/');
    }
    session.setSubject(body.email); // a new id, so a planted one is useless
    session.set('name', body.name);
    session.flash('notice', `Welcome, ${body.name}!`);
    response.redirect(303, '/'); // sent once the session is written
  }),
);

app.post(
  '/cart/:item',
  withSession(({ params, session }, response) => {
    session.update('cart', (cart = []) => [...cart, params.item]);
    response.redirect(303, '/');
  }),
);

app.get('/', (request, response) => {
  const session = getSession(request);
  const { name, cart = [] } = session.all();
  const email = session.old('email');
  response.json({ name, cart, email, error: session.error('name'), notice: session.getFlash('notice') });
});

app.post('/sign-out', (request, response) => {
  const session = getSession(request);
  session.invalidate();
  session.flash('notice', 'Goodbye.');
  response.redirect(303, '/');
});
