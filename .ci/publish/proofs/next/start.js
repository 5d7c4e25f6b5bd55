import { createServer } from 'node:http';
import next from 'next';

const app = next({ hostname: '127.0.0.1', port: 3000 });
await app.prepare();
createServer(app.getRequestHandler()).listen(process.env.PORT);
