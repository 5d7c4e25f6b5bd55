import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom, shuffled } from '../measure/order.ts';
import type { Application } from './applications.ts';
import { type Connection, cookieAfter, openConnection } from './connection.ts';
import { type LoadResult, runLoad } from './load.ts';
import { type ServerProcess, startServer } from './server-process.ts';
import { type Route, shopContent } from './shop.ts';

/** How much is measured over HTTP. */
export interface HttpPlan {
  scenarios: Scenario[];
  /** Rounds that count, and the time in seconds after which no new round starts. */
  rounds: number;
  seconds: number;
  /** Warm-up per route, in milliseconds: a server is several times slower in its first second than it is afterwards. */
  warmUpTime: number;
  /** Milliseconds of the same load before each block, because the others' turns have evicted this server from the processor's caches. */
  leadInTime: number;
  /** Milliseconds of load per block, for one application at a time. */
  blockTime: number;
  /** Keep-alive connections to each server, each with one request at a time. */
  connections: number;
  /** The number of sessions: a multiple of the connections, so that each session stays with one connection. */
  sessions: number;
}

export interface Scenario {
  name: string;
  route: Route;
  /** Requests per second. @default as many as the server can take, back to back on every connection */
  perSecond?: number;
}

export const fullHttpPlan: HttpPlan = {
  scenarios: [
    { name: 'read', route: 'read', perSecond: 1000 },
    { name: 'write', route: 'rw', perSecond: 1000 },
    { name: 'read, saturated', route: 'read' },
    { name: 'write, saturated', route: 'rw' },
  ],
  rounds: 12,
  seconds: 900,
  warmUpTime: 1200,
  leadInTime: 100,
  blockTime: 300,
  connections: 32,
  sessions: 64,
};

export const quickHttpPlan: HttpPlan = {
  ...fullHttpPlan,
  rounds: 1,
  warmUpTime: 100,
  leadInTime: 0,
  blockTime: 80,
  connections: 16,
  sessions: 16,
};

/** One application in one round of one scenario. */
export interface HttpSample extends LoadResult {
  application: Application;
  scenario: string;
  round: number;
  /** Processor time of the server's process, in microseconds. */
  cpu: number;
}

interface Entrant {
  application: Application;
  server: ServerProcess;
  connections: Connection[];
  cookies: string[];
}

/**
 * Puts the applications under load in turn, in a new order in each round; all of them stay up the whole time.
 *
 * @throws if one of them does not keep sessions, in which case nothing is measured.
 */
export async function measureHttp(
  applications: readonly Application[],
  plan: HttpPlan,
  parent: string,
  onStep: (text: string, share: number) => void,
): Promise<HttpSample[]> {
  const directory = mkdtempSync(join(parent, 'http-'));
  const entrants: Entrant[] = [];
  try {
    for (const application of applications) {
      onStep(`starting ${application.name} on ${application.framework}`, 0);
      const own = join(directory, String(entrants.length));
      mkdirSync(own);
      const server = await startServer(application, own);
      const connections = Array.from({ length: plan.connections }, () => openConnection(server.origin));
      const entrant: Entrant = { application, server, connections, cookies: [] };
      entrants.push(entrant);
      const [connection] = connections as [Connection];
      entrant.cookies = await signIn(connection, plan.sessions);
      if (application.kind === 'bare' || application.kind === 'control') continue;
      await proveSessions(connection, entrant.cookies).catch((error: Error) => {
        throw new Error(`${application.name} on ${application.framework}: ${error.message}`);
      });
    }
    return await runRounds(entrants, plan, onStep);
  } finally {
    for (const { server, connections } of entrants) {
      await Promise.all(connections.map((connection) => connection.close()));
      await server.stop();
    }
    rmSync(directory, { recursive: true, force: true });
  }
}

async function runRounds(
  entrants: readonly Entrant[],
  { scenarios, rounds, seconds, warmUpTime, leadInTime, blockTime }: HttpPlan,
  onStep: (text: string, share: number) => void,
): Promise<HttpSample[]> {
  const random = seededRandom(1);
  const samples: HttpSample[] = [];
  const deadline = performance.now() + seconds * 1000;
  for (let round = 0; round <= rounds; round++) {
    if (round > 2 && performance.now() > deadline) break;
    for (const { name: scenario, route, perSecond } of scenarios) {
      // The warm-up uses full load, which gets the code compiled soonest, whatever load follows.
      if (round === 0 && perSecond !== undefined) continue;
      for (const { application, server, connections, cookies } of inTurn(entrants, random)) {
        const label = round === 0 ? 'warm-up' : `round ${round} of ${rounds}`;
        onStep(`${label}, ${scenario}, ${application.name}`, round / (rounds + 1));
        const milliseconds = round === 0 ? warmUpTime : blockTime;
        const load = { path: `/${route}`, milliseconds, perSecond };
        if (round > 0) await runLoad(connections, cookies, { ...load, milliseconds: leadInTime }, random);
        const before = await server.cpu();
        const result = await runLoad(connections, cookies, load, random);
        const cpu = (await server.cpu()) - before;
        if (round > 0) samples.push({ application, scenario, round, cpu, ...result });
      }
    }
  }
  return samples;
}

/** A new order that keeps builds of one application together, because a machine's speed changes from minute to minute. */
function inTurn(entrants: readonly Entrant[], random: () => number): Entrant[] {
  const builds = Map.groupBy(
    entrants,
    ({ application: { framework, name, variantOf = name } }) => `${framework} ${variantOf}`,
  );
  return shuffled([...builds.values()], random).flatMap((each) => shuffled(each, random));
}

/** Gives each of `count` visitors a filled session. @returns their `Cookie` headers */
export async function signIn(connection: Connection, count: number): Promise<string[]> {
  const cookies: string[] = [];
  for (let n = 0; n < count; n++) {
    const { setCookies } = await connection.get(`/fill/${n}`, '');
    cookies.push(cookieAfter('', setCookies));
  }
  return cookies;
}

/**
 * Checks that what is measured really happens: each visitor reads their own session, and `rw` really counts, as the next request confirms.
 * The browser keeps the cookies it gets.
 *
 * @throws if the application does not keep sessions.
 */
export async function proveSessions(connection: Connection, cookies: readonly string[]): Promise<void> {
  const expect = async (path: string, cookie: string, expected: string) => {
    const { text, setCookies } = await connection.get(path, cookie);
    if (text !== expected) throw new Error(`${path} returned ${text}, not ${expected}.`);
    return cookieAfter(cookie, setCookies);
  };
  for (const [n, first] of cookies.entries()) {
    let cookie = await expect('/read', first, shopContent(n).user.email);
    for (let views = 1; views <= 3; views++) {
      cookie = await expect('/rw', cookie, String(views));
      cookie = await expect('/views', cookie, String(views));
    }
  }
}
