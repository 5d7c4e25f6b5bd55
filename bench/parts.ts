import { join } from 'node:path';
import { importsOf } from './builds/built-imports.ts';
import { thisCheckout } from './builds/built-packages.ts';
import { type Backend, type Contender, withoutSlow } from './contender.ts';
import { cookie } from './contenders/cookie/cookie.ts';
import { core } from './contenders/core/core.ts';
import { file } from './contenders/file/file.ts';
import { postgres } from './contenders/postgres/postgres.ts';
import { sqlite } from './contenders/sqlite/sqlite.ts';
import { applications, withBefore } from './http/applications.ts';
import { fullHttpPlan, type HttpSample, measureHttp, quickHttpPlan } from './http/measure-http.ts';
import { measureBackend } from './measure/measure-backend.ts';
import type { Plan } from './plan.ts';
import { backendResults } from './report/backend-results.ts';
import { httpResults } from './report/http-results.ts';
import type { Results, Run } from './report/results.ts';

/** How a part is to be measured in this run. */
export interface Setting {
  plan: Plan;
  quick: boolean;
  /** A directory for files during the measurement. */
  directory: string;
  /** An older checkout with its packages built: each of our contenders is measured with that build as well. */
  before?: string | undefined;
  onStep(text: string, share: number): void;
  /** Called when the part is done. @returns when, where and how it was measured */
  run(): Run;
}

/** What can be measured on its own, with `--only <name>`. */
export interface Part {
  name: string;
  /** Measured only when named. */
  onRequest?: boolean;
  measure(setting: Setting): Promise<Partial<Results>>;
}

function backendPart(backend: Backend): Part {
  return {
    name: backend.name,
    async measure({ plan, quick, directory, before, onStep, run }) {
      const all = before === undefined ? backend : await withOlderBuild(backend, before);
      const measured = quick ? withoutSlow(all) : all;
      const measurement = await measureBackend(measured, plan, directory, onStep);
      return { backends: { [backend.name]: backendResults(measured, measurement, plan, run()) } };
    },
  };
}

/**
 * The same backend with each of our contenders three times: built by this checkout, by an older one, and by this one again. None of
 * them runs from `src`, so their code is the only difference.
 */
async function withOlderBuild({ name }: Backend, before: string): Promise<Backend> {
  const copies = { now: thisCheckout, before, again: thisCheckout };
  const load = async (copy: keyof typeof copies) => {
    const file = join(import.meta.dirname, 'contenders', name, `${name}.ts`);
    const exported = await importsOf(copies[copy], copy)<{ [name: string]: Backend }>(file);
    return exported[name] as Backend;
  };
  const now = await load('now');
  const others = { before: await load('before'), again: await load('again') };
  const variants = (ours: Contender) =>
    (['before', 'again'] as const).flatMap((kind) => {
      const same = others[kind].lines.find((line) => line.name === ours.name);
      return same ? [{ ...same, kind, name: `${ours.name} (${kind})`, variantOf: ours.name }] : [];
    });
  return {
    ...now,
    lines: now.lines.flatMap((line) => (line.kind === 'ours' ? [line, ...variants(line)] : [line])),
  };
}

const settings =
  'A server in a process of its own, with 64 sessions of 600 bytes and 32 kept-alive connections from this process. `read` and ' +
  '`write` arrive at 1,000 a second, at random moments, as from independent visitors; *saturated* is one request after another on ' +
  'every connection. Every library is set up as in its guide, express-session with `resave` and `saveUninitialized` off, and ' +
  'better-sqlite3-session-store in WAL mode with `synchronous = NORMAL`, as @store/sqlite.';

const httpPart: Part = {
  name: 'http',
  async measure({ plan, quick, directory, before, onStep, run }) {
    const entered = before === undefined ? applications : withBefore(applications, before, thisCheckout);
    const httpPlan = { ...(quick ? quickHttpPlan : fullHttpPlan), seconds: plan.seconds };
    const samples: HttpSample[] = [];
    // One framework after another: with fewer servers taking turns, the measurements to compare are closer together in time.
    for (const own of Map.groupBy(entered, ({ framework }) => framework).values()) {
      samples.push(...(await measureHttp(own, httpPlan, directory, onStep)));
    }
    const note = quick ? `${settings} This was a quick run: its servers were still cold.` : settings;
    return { http: httpResults(entered, samples, { note, run: run() }) };
  },
};

/** In report order. */
export const backends: Backend[] = [sqlite, postgres, file, cookie];

export const parts: Part[] = [
  ...backends.map(backendPart),
  httpPart,
  { ...backendPart(core), onRequest: true },
];

/** The parts of a run, in order. @throws for an unknown name */
export function chosenParts(only: string[]): Part[] {
  const unknown = only.find((name) => !parts.some((part) => part.name === name));
  if (unknown !== undefined) {
    throw new Error(`--only takes ${parts.map(({ name }) => name).join(', ')}, not ${unknown}.`);
  }
  return parts.filter(({ name, onRequest }) => (only.length === 0 ? !onRequest : only.includes(name)));
}
