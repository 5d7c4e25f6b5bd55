import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { importsOf } from '../builds/built-imports.ts';
import type { Application } from './applications.ts';

/**
 * The process of one application: `node serve.ts <framework> <name> <directory> [<checkout>]`. It sends `{ port }` once it
 * is listening, replies to each message with the processor time it has used, and exits with its parent.
 */
const [framework, name, directory = '', checkout] = process.argv.slice(2);
const file = join(import.meta.dirname, 'applications.ts');
const load = checkout === undefined ? (path: string) => import(path) : importsOf(checkout, 'built');
const { applications } = (await load(file)) as { applications: Application[] };
const application = applications.find((one) => one.framework === framework && one.name === name);
if (!application) throw new Error(`No application is called ${name} on ${framework}.`);
const server = await application.start(directory);
// Connections stay open while the other servers have their turns.
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('message', () => process.send?.(process.cpuUsage()));
process.on('disconnect', () => process.exit());
