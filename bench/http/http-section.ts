import { frameworks, matches } from './applications.ts';
import { fullHttpPlan, quickHttpPlan } from './http-plan.ts';
import { httpReport } from './http-report.ts';
import { measureHttp } from './measure-http.ts';

/** Measures every application over HTTP. @returns the Markdown of that part of the report */
export async function httpSection(
  quick: boolean,
  directory: string,
  onStep: (text: string, share: number) => void,
): Promise<string> {
  const plan = quick ? quickHttpPlan : fullHttpPlan;
  const samples = await measureHttp(frameworks, plan, directory, onStep);
  return [
    '## HTTP, end to end',
    `${plan.rounds} rounds of ${plan.blockTime} ms for each application and route, ${plan.connections} connections on loopback, ` +
      `${plan.sessions} sessions. ${settings}`,
    httpReport(frameworks, matches, samples),
  ].join('\n\n');
}

const settings =
  'Every library as its guide sets it up, express-session with `resave` and `saveUninitialized` off. So a `read` writes in ' +
  'express-session’s stores (it touches the session at each request), sends the cookie again in @fastify/session, and does neither ' +
  'in @store/session until a tenth of the idle timeout has gone. Garbage collection too is as each library has it: ' +
  '@store/session after 2 of 100 responses, better-sqlite3-session-store and session-file-store by timers that do not fire ' +
  'in so short a run, the others never. The memory stores keep sessions in the process: express-session’s as JSON text, ' +
  '@fastify/session’s as the very objects, copied and encoded by nobody. @store/session has no Fastify adapter; it stands ' +
  'beside Fastify’s plugins on node:http, each measured against its own bare framework.';
