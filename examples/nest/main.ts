import { startSession } from '@store/sqlite';
import { AppModule } from './app.module.ts';
import { createExpressApp } from './express-app.ts';
import { createFastifyApp } from './fastify-app.ts';

await startSession({ database: './sessions.db' });

const createApp = process.env.PLATFORM === 'fastify' ? createFastifyApp : createExpressApp;
const app = await createApp(AppModule);
await app.listen(process.env.PORT ?? 3000);
console.log(`Listening on ${await app.getUrl()}`);
