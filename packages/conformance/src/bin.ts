#!/usr/bin/env node
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect, parseArgs } from 'node:util';
import { runConformance } from './run/conformance-report.ts';
import { markdownReport } from './run/markdown-report.ts';
import { reportOrigin } from './run/report-origin.ts';

const usage = `usage: store-conformance <driver module> [--only <beginning of an id>] [--write <file>]

Runs every case of the contract that the driver is under, prints a report in Markdown to the standard output and what
failed to the standard error. With --write a report that conforms, of all cases, goes into the file instead. Exit code 0: it conforms, or what was run passes; 1: it does not; 2: the driver module cannot be used, or no case begins so.
`;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: 'boolean', short: 'h' },
    only: { type: 'string', default: '' },
    write: { type: 'string' },
  },
});
const [path] = positionals;

if (values.help || path === undefined) {
  (values.help ? process.stdout : process.stderr).write(usage);
  process.exitCode = values.help ? 0 : 2;
} else {
  try {
    const url = pathToFileURL(resolve(path));
    const report = await runConformance(url, {
      only: values.only,
      onResult({ id, outcome, error }) {
        if (outcome === 'failed')
          process.stderr.write(`${id} failed: ${inspect(error)}

`);
      },
    });
    const text = `${await reportOrigin(url)}\n\n${markdownReport(report)}`;
    const file = report.conforms && !report.partial ? values.write : undefined;
    if (file !== undefined) await writeFile(file, text);
    // Ends for certain: a driver that keeps the process alive has been reported, and must not keep the report from ending.
    process.stdout.write(file === undefined ? text : `${file} is written.\n`, () =>
      process.exit(report.conforms ? 0 : 1),
    );
  } catch (error) {
    process.stderr.write(`${inspect(error)}\n`);
    process.exitCode = 2;
  }
}
