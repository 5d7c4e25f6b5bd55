import { inspect } from 'node:util';
import { isStoreError, type StoreErrorCode } from '@store/core';
import type { Framework } from './framework.ts';
import { onStage, type Stage, type StageOptions } from './stage.ts';
import { withPatience } from './within.ts';

export interface Row extends StageOptions {
  name: string;
  /** What a framework must have. If it does not, the reason is listed in its `without`. */
  needs?: string;
  /** The error code with which a framework may refuse to start instead. */
  orRefuses?: StoreErrorCode;
  run(stage: Stage): Promise<void>;
}

/** A line of the table, which is `yes` when all of its rows are. */
export interface Group {
  title: string;
  rows: readonly Row[];
}

export interface Cell {
  framework: string;
  row: string;
  result: 'yes' | 'refused' | 'framework limit' | '—' | 'failed';
  /** Why the result is neither `yes` nor `failed`. */
  reason?: string;
  error?: string;
}

interface Failure {
  error: unknown;
  /** Whether it failed while the application started. */
  inStart: boolean;
}

/** Runs a row on a framework: with a slow store, and with one that responds immediately. */
export async function runCell(framework: Framework, row: Row): Promise<Cell> {
  const base = { framework: framework.name, row: row.name };
  const missing = framework.without?.[row.name] ?? framework.without?.[row.needs ?? ''];
  if (missing !== undefined) return { ...base, result: '—', reason: missing };
  const claim = framework.asBare?.[row.name];
  // Frameworks print the errors that rows cause.
  const { error: printError } = console;
  console.error = () => {};
  try {
    return {
      ...base,
      ...(claim === undefined ? await judge(framework, row) : await prove(framework, row, claim)),
    };
  } finally {
    console.error = printError;
  }
}

type Verdict = Pick<Cell, 'result' | 'reason' | 'error'>;

async function judge(framework: Framework, row: Row): Promise<Verdict> {
  const failures: Failure[] = [];
  for (const isRemote of [true, false]) {
    const failure = await failureOf(framework, row, isRemote);
    if (!failure) continue;
    const { error, inStart } = failure;
    failures.push(failure);
    if (!inStart || !row.orRefuses || !isStoreError(error, row.orRefuses))
      return { result: 'failed', error: `${isRemote ? 'remote' : 'immediate'} store: ${inspect(error)}` };
  }
  if (failures.length === 0) return { result: 'yes' };
  if (failures.length === 2)
    return { result: 'refused', reason: `refused at startup, with ${row.orRefuses}` };
  return { result: 'failed', error: 'It refused to start on only one of two stores' };
}

/** Runs everything in parallel with short timeouts, because what the framework leaves hanging is expected to hang. */
async function prove(framework: Framework, row: Row, claim: string): Promise<Verdict> {
  const bareRow: Row = { ...row, variant: { ...row.variant, isBare: true } };
  const runs = () =>
    [true, false].map((isRemote) =>
      Promise.all([failureOf(framework, row, isRemote), failureOf(framework, bareRow, isRemote)]),
    );
  for (const [ours, bare] of await withPatience(2000, () => Promise.all(runs()))) {
    if (!ours) return { result: 'failed', error: `It is no longer true that "${claim}": the row passes` };
    const [message, bareMessage] = [messageOf(ours), bare && messageOf(bare)];
    if (message !== bareMessage)
      return {
        result: 'failed',
        error: `Not a framework limit: "${message}", and without our middleware "${bareMessage}"`,
      };
  }
  return { result: 'framework limit', reason: claim };
}

function messageOf({ error }: Failure): string {
  return error instanceof Error ? error.message : String(error);
}

async function failureOf(framework: Framework, row: Row, isRemote: boolean): Promise<Failure | undefined> {
  let inStart = true;
  const stray: unknown[] = [];
  const onStray = (error: unknown) => void stray.push(error);
  process.on('unhandledRejection', onStray);
  process.on('uncaughtException', onStray);
  try {
    await onStage(framework, row, isRemote, (stage) => {
      inStart = false;
      return row.run(stage);
    });
    // Rejections count as unhandled once all microtasks have run.
    await new Promise((resolve) => setImmediate(resolve));
    if (stray.length > 0) throw new Error(`Unhandled: ${inspect(stray[0])}`);
    return undefined;
  } catch (error) {
    return { error, inStart };
  } finally {
    process.off('unhandledRejection', onStray);
    process.off('uncaughtException', onStray);
  }
}
