import { type Backend, withoutSlow } from './contender.ts';
import { cookie } from './contenders/cookie/cookie.ts';
import { file } from './contenders/file/file.ts';
import { postgres } from './contenders/postgres/postgres.ts';
import { sqlite } from './contenders/sqlite/sqlite.ts';
import { frameworks, matches } from './http/applications.ts';
import { type Entered, withBefore } from './http/before/before-and-after.ts';
import { thisCheckout } from './http/before/built-packages.ts';
import { fullHttpPlan, quickHttpPlan } from './http/http-plan.ts';
import { measureHttp } from './http/measure-http.ts';
import { settings } from './http/settings.ts';
import { measureBackend } from './measure/measure-backend.ts';
import { fullCounts, measureMemory, quickCounts } from './memory/measure-memory.ts';
import { services, type VisitorService } from './memory/visitors.ts';
import type { Plan } from './plan.ts';
import { backendResults } from './report/backend-results.ts';
import { httpResults } from './report/http/http-results.ts';
import type { Results, Run } from './report/results.ts';
import { measureScale } from './scale/measure-scale.ts';
import { fullScalePlan, quickScalePlan } from './scale/scale-plan.ts';
import type { ScaleSubject } from './scale/scale-subject.ts';
import { subjects } from './scale/subjects.ts';

/** How a part is measured in this run. */
export interface Setting {
  plan: Plan;
  quick: boolean;
  /** Where files may be kept for the time of the measurement. */
  directory: string;
  /** An older checkout, its packages built: whatever is measured over HTTP is measured with those too. */
  before?: string | undefined;
  onStep(text: string, share: number): void;
  /** Called when the part is over: says when, where and how it was measured. */
  run(): Run;
}

/** What can be measured on its own, with `--only <name>`; `--only scale` is every `scale-…`, and so for `memory`. */
export interface Part {
  name: string;
  /** Takes so long that a quick run does it only when it is asked for by name. */
  long?: boolean;
  measure(setting: Setting): Promise<Partial<Results>>;
}

function backendPart(backend: Backend): Part {
  return {
    name: backend.name,
    async measure({ plan, quick, directory, onStep, run }) {
      const measured = quick ? withoutSlow(backend) : backend;
      const measurement = await measureBackend(measured, plan, directory, onStep);
      return { backends: { [backend.name]: backendResults(measured, measurement, plan, run()) } };
    },
  };
}

const httpPart: Part = {
  name: 'http',
  async measure({ quick, directory, before, onStep, run }) {
    const plan = quick ? quickHttpPlan : fullHttpPlan;
    const usual: Entered = { frameworks, matches };
    const entered = before === undefined ? usual : withBefore(usual, { before, after: thisCheckout });
    const samples = await measureHttp(entered.frameworks, plan, directory, onStep);
    const note = `Each application is under load for ${plan.blockTime} ms at a time on each route, with ${plan.sessions} sessions. ${settings}`;
    const { connections } = plan;
    return { http: httpResults({ ...entered, samples, note, connections, run: run() }) };
  },
};

/** Takes minutes, most of them for filling. */
function scalePart(subject: ScaleSubject): Part {
  return {
    name: `scale-${subject.name}`,
    long: true,
    async measure({ quick, ...setting }) {
      const plan = quick ? quickScalePlan : fullScalePlan;
      return { scale: { [subject.name]: await measureScale(subject, plan, setting) } };
    },
  };
}

function memoryPart(service: VisitorService): Part {
  return {
    name: `memory-${service.name}`,
    long: true,
    async measure({ quick, ...setting }) {
      const counts = quick ? quickCounts : fullCounts;
      return { memory: { [service.name]: await measureMemory(service, counts, setting) } };
    },
  };
}

/** In the order of the report. */
export const backends: Backend[] = [sqlite, postgres, file, cookie];

export const parts: Part[] = [
  ...backends.map(backendPart),
  httpPart,
  ...subjects.map(scalePart),
  ...services.map(memoryPart),
];

/**
 * The parts of a run, in order; all but the long ones of a quick run when none is named.
 *
 * @throws for a name that is none, and for an older build to compare with when no part takes one
 */
export function chosenParts(only: string[], quick: boolean, before?: string): Part[] {
  const meant = (name: string) => (part: Part) => part.name === name || part.name.startsWith(`${name}-`);
  const unknown = only.find((name) => !parts.some(meant(name)));
  if (unknown !== undefined) {
    throw new Error(
      `--only takes ${parts.map(({ name }) => name).join(', ')} scale or memory, not ${unknown}.`,
    );
  }
  if (before !== undefined && only.length > 0 && !only.includes(httpPart.name)) {
    throw new Error(
      '--before compares builds over HTTP alone, and --only leaves that out. Add `--only http`, or leave out --before.',
    );
  }
  if (only.length === 0) return parts.filter(({ long }) => !(quick && long));
  return parts.filter((part) => only.some((name) => meant(name)(part)));
}
