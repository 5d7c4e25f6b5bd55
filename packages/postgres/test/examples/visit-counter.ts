import { createServer } from 'node:http';
import { createSessionId, gc, load, save, update } from '@store/core';
import { startSession } from '@store/postgres';

const connectionString = process.env.DATABASE_URL ?? 'postgres://localhost/shop';
const store = await startSession({ connectionString });

const server = createServer(async (request, response) => {
  const cookie = /(?:^|; )session=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1] ?? '';
  const session = await load(cookie);
  if (session.exists) {
    await update(
      session.id,
      ({ data, flash }) => ({ data: { ...data, visits: Number(data.visits) + 1 }, flash }),
      { base: session },
    );
  } else {
    const id = createSessionId(); // never the id the browser sent
    await save(id, { visits: 1 }, {});
    response.setHeader('Set-Cookie', `session=${id}; Path=/; HttpOnly; Secure; SameSite=Lax`);
  }
  response.end(`visits before this one: ${session.data.visits ?? 0}\n`);
  if (Math.random() < 0.02) await gc();
});

server.listen(Number(process.env.PORT ?? 3000), () => console.log(server.address()));
process.once('SIGTERM', () => server.close(() => store.close()));
