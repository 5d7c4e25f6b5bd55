import { sessionMiddleware, withSession } from '@store/session/express';
import { startSession } from '@store/sqlite';
import express from 'express';

await startSession({ database: process.env.DATABASE ?? './sessions.db' });

export const app = express();
app.use(sessionMiddleware());

app.get(
  '/',
  withSession(({ session }, response) => {
    response.send(`Hello, ${session.get('name', 'stranger')}`);
  }),
);

app.post(
  '/sign-in/:name',
  withSession(({ params, session }, response) => {
    session.setSubject(params.name); // a new id, so a planted one is useless
    session.set('name', params.name);
    response.redirect(303, '/'); // sent once the session is written
  }),
);
