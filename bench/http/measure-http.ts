import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom, shuffled } from '../measure/order.ts';
import type { Application, Framework } from './application.ts';
import { type Connection, openConnection } from './connection.ts';
import type { HttpPlan } from './http-plan.ts';
import { type LoadResult, runLoad } from './load.ts';
import { type ServerProcess, startServer } from './server-process.ts';
import { proveSessions, signIn } from './visitors.ts';

/** What is asked for: `read` looks at one value of the session, `rw` changes one. */
export const routes = ['read', 'rw'] as const;
export type Route = (typeof routes)[number];

/** What one application did in one round on one route. */
export interface HttpSample extends LoadResult {
  application: Application;
  route: Route;
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
 * Puts the applications under load in turn, all of them up the whole time, in a new order in each round.
 *
 * @throws when one of them does not keep sessions: nothing is measured then.
 */
export async function measureHttp(
  frameworks: readonly Framework[],
  plan: HttpPlan,
  parent: string,
  onStep: (text: string, share: number) => void,
): Promise<HttpSample[]> {
  const directory = mkdtempSync(join(parent, 'http-'));
  const entrants: Entrant[] = [];

  async function enter(application: Application, keepsSessions: boolean): Promise<void> {
    onStep(`starting ${application.name}`, 0);
    const own = join(directory, String(entrants.length));
    mkdirSync(own);
    const server = await startServer(application, own);
    const connections = Array.from({ length: plan.connections }, () => openConnection(server.origin));
    const entrant: Entrant = { application, server, connections, cookies: [] };
    entrants.push(entrant);
    const [connection] = connections as [Connection];
    entrant.cookies = await signIn(connection, plan.sessions);
    if (!keepsSessions) return;
    await proveSessions(connection, entrant.cookies).catch((error: Error) => {
      throw new Error(`${application.name}: ${error.message}`);
    });
  }

  try {
    for (const { bare, control, applications } of frameworks) {
      for (const without of control ? [bare, control] : [bare]) await enter(without, false);
      for (const application of applications) await enter(application, true);
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

/** A new order, in which builds of one application follow each other: a machine's speed changes from minute to minute. */
function inTurn(entrants: readonly Entrant[], random: () => number): Entrant[] {
  const builds = new Map<string, Entrant[]>();
  for (const entrant of entrants) {
    const { module, name, exportedAs = name } = entrant.application;
    const key = `${module} ${exportedAs}`;
    builds.set(key, [...(builds.get(key) ?? []), entrant]);
  }
  return shuffled([...builds.values()], random).flatMap((each) => shuffled(each, random));
}

async function runRounds(
  entrants: readonly Entrant[],
  { rounds, warmUpTime, blockTime }: HttpPlan,
  onStep: (text: string, share: number) => void,
): Promise<HttpSample[]> {
  const random = seededRandom(1);
  const samples: HttpSample[] = [];
  for (let round = 0; round <= rounds; round++) {
    for (const route of routes) {
      for (const { application, server, connections, cookies } of inTurn(entrants, random)) {
        const label = round === 0 ? 'warm-up' : `round ${round} of ${rounds}`;
        onStep(`${label}, ${route}, ${application.name}`, round / (rounds + 1));
        const before = await server.cpu();
        const result = await runLoad(connections, cookies, `/${route}`, round === 0 ? warmUpTime : blockTime);
        const cpu = (await server.cpu()) - before;
        if (round > 0) samples.push({ application, route, round, cpu, ...result });
      }
    }
  }
  return samples;
}
