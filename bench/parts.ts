import { type Backend, withoutSlow } from './contender.ts';
import { cookie } from './contenders/cookie/cookie.ts';
import { file } from './contenders/file/file.ts';
import { sqlite } from './contenders/sqlite/sqlite.ts';
import { measureBackend } from './measure/measure-backend.ts';
import { fullCounts, measureMemory, quickCounts } from './memory/measure-memory.ts';
import type { Plan } from './plan.ts';
import { backendResults } from './report/backend-results.ts';
import type { Results, Run } from './report/results.ts';
import { measureScale } from './scale/measure-scale.ts';
import { fullScalePlan, quickScalePlan } from './scale/scale-plan.ts';
import { subjects } from './scale/subjects.ts';

/** How a part is measured in this run. */
export interface Setting {
  plan: Plan;
  quick: boolean;
  /** Where files may be kept for the time of the measurement. */
  directory: string;
  onStep(text: string, share: number): void;
  /** Called when the part is over: says when, where and how it was measured. */
  run(): Run;
}

/** What can be measured on its own, with `--only <name>`. */
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

/** All backends of it, or none: they take minutes, most of them for filling. */
const scalePart: Part = {
  name: 'scale',
  long: true,
  async measure({ quick, ...setting }) {
    const plan = quick ? quickScalePlan : fullScalePlan;
    const scale: Results['scale'] = {};
    for (const subject of subjects) scale[subject.name] = await measureScale(subject, plan, setting);
    return { scale };
  },
};

const memoryPart: Part = {
  name: 'memory',
  long: true,
  async measure({ quick, ...setting }) {
    return { memory: await measureMemory(quick ? quickCounts : fullCounts, setting) };
  },
};

/** In the order of the report. */
export const backends: Backend[] = [sqlite, file, cookie];

export const parts: Part[] = [...backends.map(backendPart), scalePart, memoryPart];
