import type { AddressInfo } from 'node:net';
import { getSession, sessionMiddleware } from '@store/session/express';
import { startSession } from '@store/sqlite';
import express from 'express';
import { verify } from './users.ts';

await startSession({ database: './sessions.db' });
const app = express();

app.use(sessionMiddleware(), express.urlencoded());
app.post('/sign-in', async (req, res) => {
  const user = await verify(req.body);
  if (!user) return void res.status(401).send('Wrong name or password');
  getSession(req).setSubject(user.id); // a new id, so a planted one is useless
  getSession(req).set('name', user.name);
  res.redirect(303, '/');
});

app.post('/sign-out', (req, res) => {
  getSession(req).invalidate();
  res.redirect(303, '/');
});

app.get('/', (req, res) => void res.type('text').send(`Hello ${getSession(req).get('name', 'stranger')}`));

const server = app.listen(Number(process.env.PORT ?? 3000), (error) => {
  if (error) throw error;
  console.log(`Listening on http://localhost:${(server.address() as AddressInfo).port}`);
});
