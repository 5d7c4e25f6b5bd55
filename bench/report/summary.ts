import { number, table } from './markdown.ts';
import type { Results } from './results.ts';
import { machine } from './run-description.ts';

const framework = 'Express 5';
/** The lines that the root README shows: each of ours, above the stores that keep sessions in the same kind of place. */
const shown = [
  '@store/sqlite',
  'express-session + better-sqlite3-session-store',
  'express-session + MemoryStore',
  '@store/file',
  'express-session + session-file-store',
  '@store/cookie',
];

/** The short table that the root README quotes. */
export function summary({ http }: Results): string {
  if (!http) return 'Not measured yet.\n';
  const { scenarios, run } = http;
  const own = http.applications.filter((application) => application.framework === framework);
  const rows = shown
    .flatMap((wanted) => own.find(({ name }) => name.replace(/ \d+\.\d+\.\d+/g, '') === wanted) ?? [])
    .map(({ name, kind, scenarios: figures }) =>
      [name, ...scenarios.map((scenario) => number(figures[scenario]?.session?.median))].map((text) =>
        kind === 'ours' ? `**${text}**` : text,
      ),
    );
  return `${table(['', ...scenarios], rows)}

${framework}, µs of processor time that sessions add to a request: at 1,000 requests a second, and with 32 connections that never pause. MemoryStore forgets everything at a restart. ${run.quick ? 'Quick' : 'Full'} run of ${run.date.slice(0, 10)}, ${machine(run)}.
`;
}
