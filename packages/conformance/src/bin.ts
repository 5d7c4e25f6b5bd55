#!/usr/bin/env node
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect, parseArgs } from 'node:util';
import { assertKnownOptions } from '@store/core/driver';
import { runConformance } from './run/conformance-report.ts';
import { markdownReport } from './run/markdown-report.ts';
import { reportOrigin } from './run/report-origin.ts';

const usage = `usage: store-conformance <driver module> [--only <start of an id>] [--write <file>]

Runs every case that applies to the driver. Prints a Markdown report to standard output and the failures to standard error.
With --write, the report goes to the file instead if all cases were run and the driver conforms.
Exit code 0: the driver conforms, or the selected cases pass; 1: it does not; 2: the driver module or the command line is
invalid, or no case id starts with the given text.
`;

const flags = {
  help: { type: 'boolean', short: 'h' },
  only: { type: 'string' },
  write: { type: 'string' },
} as const;

/** @throws {Error} for an unknown flag, naming the nearest known one, and for a missing or unexpected value */
function parseCommandLine() {
  const { tokens } = parseArgs({ allowPositionals: true, strict: false, tokens: true, options: flags });
  const given = tokens.flatMap((token) =>
    token.kind === 'option' ? [[token.name in flags ? `--${token.name}` : token.rawName, true]] : [],
  );
  const names = Object.keys(flags).map((name) => `--${name}`);
  assertKnownOptions('@store/conformance', Object.fromEntries(given), names);
  const { positionals, values } = parseArgs({ allowPositionals: true, options: flags });
  if (positionals.length > 1) throw new Error(`Pass one driver module, not ${positionals.length}.`);
  if (values.write === '') throw new Error('--write must be followed by the path of a file.');
  return { path: positionals[0], ...values };
}

async function run({ path, help, only, write }: ReturnType<typeof parseCommandLine>): Promise<void> {
  if (help || path === undefined) {
    (help ? process.stdout : process.stderr).write(usage);
    process.exitCode = help ? 0 : 2;
    return;
  }
  const url = pathToFileURL(resolve(path));
  const report = await runConformance(url, {
    ...(only !== undefined && { only }),
    onResult({ id, outcome, error }) {
      if (outcome === 'failed') process.stderr.write(`${id} failed: ${inspect(error)}\n\n`);
    },
  });
  const text = `${await reportOrigin(url)}\n\n${markdownReport(report)}`;
  const file = report.conforms && !report.partial ? write : undefined;
  if (file !== undefined) await writeFile(file, text);
  // Exit explicitly: a driver that keeps the process alive has already been reported, and must not keep this command running.
  process.stdout.write(file === undefined ? text : `Wrote ${file}.\n`, () =>
    process.exit(report.conforms ? 0 : 1),
  );
}

let commandLine: ReturnType<typeof parseCommandLine> | undefined;
try {
  commandLine = parseCommandLine();
  await run(commandLine);
} catch (error) {
  // For an invalid command line, the message is enough; for anything else, the stack and the cause help.
  process.stderr.write(commandLine === undefined ? `${(error as Error).message}\n` : `${inspect(error)}\n`);
  process.exitCode = 2;
}
