import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const bin = join(import.meta.dirname, 'bin.ts');
const theOptions = 'the options are --name, --runner, --help, --version.';
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'create-driver-'));
});
afterEach(() => rm(folder, { recursive: true }));

function run(args: string[], userAgent = 'npm/11.0.0 node/v24.0.0 linux x64') {
  const env = { ...process.env, npm_config_user_agent: userAgent };
  return spawnSync(process.execPath, [bin, ...args], { cwd: folder, env, encoding: 'utf8' });
}

describe('create-driver', () => {
  it('creates a driver in the named folder, and prints the next steps', async () => {
    const { status, stdout, stderr } = run(['my-driver']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^my-driver is a complete driver/);
    expect(stdout).toContain('\n  cd my-driver\n  npm install\n  npm test\n');
    expect(stdout).toContain('src/my-driver.ts');
    expect(await readdir(join(folder, 'my-driver'))).toContain('package.json');
  });

  it('prints the next steps with the commands of the package manager that started it', () => {
    const { stdout } = run(['my-driver'], 'pnpm/12.21.0 npm/? node/v24.0.0 linux x64');
    expect(stdout).toContain('\n  cd my-driver\n  pnpm install\n  pnpm test\n');
  });

  it('uses the current folder if given its name, and then omits cd from the next steps', async () => {
    const { status, stdout } = run(['.', '--name', '@acme/sessions', '--runner', 'node-test']);
    expect(status).toBe(0);
    expect(stdout).not.toContain('cd ');
    expect(await readFile(join(folder, 'src/sessions.ts'), 'utf8')).toContain('@acme/sessions');
    expect(await readFile(join(folder, 'conformance.test.ts'), 'utf8')).toContain('node-test');
  });

  it.each([
    ['a missing folder without a terminal to ask in', [], 'No folder was named'],
    ['an empty folder name', [''], 'No folder was named'],
    ['two folders', ['one', 'two'], 'Expected one folder, but got 2'],
    ['a name that npm would not accept', ['My Driver'], '--name'],
    ['an empty name', ['my-driver', '--name', ''], '--name'],
    ['an unknown runner', ['my-driver', '--runner', 'mocha'], 'vitest or node-test'],
    ['an empty runner', ['my-driver', '--runner', ''], 'vitest or node-test'],
    ['a name without a value', ['my-driver', '--name'], "'--name <value>' argument missing"],
    ['a runner without a value', ['my-driver', '--runner'], "'--runner <value>' argument missing"],
    ['help with a value', ['--help=me'], 'does not take an argument'],
    ['version with a value', ['--version=1'], 'does not take an argument'],
    ['a misspelled name', ['my-driver', '--nme', 'x'], `Unknown option --nme: ${theOptions}`],
    ['a misspelled runner', ['my-driver', '--runer=vitest'], `Unknown option --runer: ${theOptions}`],
    ['a misspelled help', ['--hlep'], `Unknown option --hlep: ${theOptions}`],
    ['a misspelled version', ['--vresion'], `Unknown option --vresion: ${theOptions}`],
    ['an unknown letter', ['my-driver', '-n', 'x'], `Unknown option -n: ${theOptions}`],
  ])('refuses %s with exit code 1 and a message, and writes nothing', async (_, args, text) => {
    const { status, stdout, stderr } = run(args);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain(text);
    expect(stderr).not.toContain('    at '); // a message, not a stack
    expect(await readdir(folder)).toEqual([]);
  });

  it('refuses to overwrite an existing driver', async () => {
    run(['my-driver']);
    const { status, stderr } = run(['my-driver', '--name', 'other']);
    expect(status).toBe(1);
    expect(stderr).toContain('my-driver is not empty');
    expect(await readFile(join(folder, 'my-driver/package.json'), 'utf8')).toContain('"my-driver"');
  });

  it('prints its usage and its version', async () => {
    const manifest = await readFile(join(import.meta.dirname, '../package.json'), 'utf8');
    expect(run(['--help'])).toMatchObject({ status: 0, stdout: expect.stringMatching(/^usage: /) });
    expect(run(['--version'])).toMatchObject({ status: 0, stdout: `${JSON.parse(manifest).version}\n` });
  });
});
