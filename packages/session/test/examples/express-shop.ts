import { sessionMiddleware, withSession } from '@store/session/express';
import { startSession } from '@store/sqlite';
import express from 'express';

interface Shop {
  name: string;
  cart: string[];
}

await startSession({ database: process.env.DATABASE ?? './sessions.db' });

export const app = express();
app.use(express.urlencoded());
app.use(sessionMiddleware());

app.post(
  '/sign-in',
  withSession<Shop>(({ body, session }, response) => {
    if (!body.name) {
      session.flashOld({ email: body.email });
      session.flashErrors({ name: 'Tell us your name.' });
      return response.redirect(303, '/');
    }
    session.setSubject(body.email); // a new id, so a planted one is worth nothing
    session.set('name', body.name);
    session.flash('notice', `Welcome, ${body.name}!`);
    response.redirect(303, '/'); // leaves once the session is written
  }),
);

app.post(
  '/cart',
  withSession<Shop>(({ body, session }, response) => {
    session.update('cart', (cart = []) => [...cart, body.item]);
    response.redirect(303, '/');
  }),
);

app.get(
  '/',
  withSession<Shop>(({ session }, response) => {
    const { name, cart = [] } = session.all();
    const email = session.old('email');
    response.json({ name, cart, email, error: session.error('name'), notice: session.getFlash('notice') });
  }),
);

app.post(
  '/sign-out',
  withSession(({ session }, response) => {
    session.invalidate();
    session.flash('notice', 'Goodbye.');
    response.redirect(303, '/');
  }),
);
