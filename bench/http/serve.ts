import type { AddressInfo } from 'node:net';
import type { Application } from './application.ts';

/**
 * The process of one application: `node serve.ts <module> <name> <directory>`. It says `{ port }` when it listens, answers
 * each message with the processor time it has used, and ends when its parent does.
 */
const [module = '', name, directory = ''] = process.argv.slice(2);
const { applications } = (await import(module)) as { applications: Application[] };
const application = applications.find((one) => one.name === name);
if (!application) throw new Error(`${module} has no ${name}.`);

const server = await application.start(directory);
// Connections stay open while the others have their turn.
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('message', () => process.send?.(process.cpuUsage()));
process.on('disconnect', () => process.exit());
