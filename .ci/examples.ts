import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** An exported name, and the example in its docstring. */
export interface ExportedName {
  name: string;
  /** `function` and `class` need an example; for `interface`, `type` and `const`, one is recommended. */
  kind: string;
  /** The file with its declaration. */
  file: string;
  example?: string;
}

/** The names that an entry point exports, through `export { … } from` clauses or its own declarations. */
export function exportsOf(entry: string): ExportedName[] {
  const source = readFileSync(entry, 'utf8');
  const own = [...source.matchAll(/^export (?:async )?(?:function|class|interface|type|const)\*? (\w+)/gm)];
  const clauses = [...source.matchAll(/^export (?:type )?\{([^}]*)\} from '(\.[^']+)'/gm)];
  return [
    ...own.map(([, name = '']) => declarationOf(entry, name)),
    ...clauses.flatMap(([, names = '', from = '']) =>
      names
        .split(',')
        .map((part) => part.trim().replace(/^type /, ''))
        .filter((part) => part !== '')
        .map((part) => {
          const [local = part, name = local] = part.split(' as ');
          return { ...declarationOf(join(dirname(entry), from), local), name };
        }),
    ),
  ];
}

/** Finds a declaration and its example, even through files that re-export it. */
function declarationOf(file: string, name: string): ExportedName {
  const source = readFileSync(file, 'utf8');
  const declaration = new RegExp(
    String.raw`(/\*\*(?:(?!\*/)[^])*\*/\n)?export (?:async )?(?:abstract )?(function|class|interface|type|const)\*? ${name}\b`,
  ).exec(source);
  if (declaration) {
    const [, comment = '', kind = ''] = declaration;
    const example = exampleIn(comment);
    return { name, kind, file, ...(example !== undefined && { example }) };
  }
  const found = exportsOf(file).find((exported) => exported.name === name);
  if (!found) throw new Error(`${file} has no declaration of ${name}`);
  return found;
}

/** The examples of the methods and properties declared in a file, each under the name of its declaration. */
export function memberExamplesOf(file: string): { name: string; example: string }[] {
  const source = readFileSync(file, 'utf8');
  const members =
    /^ +\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n(?: +\/\/.*\n)* +(?:(?:static|readonly|async|get|set) )*(\w+)/gm;
  return [...source.matchAll(members)].flatMap(([comment, name = '']) => {
    const example = exampleIn(comment.slice(0, comment.indexOf('*/') + 2));
    return example === undefined ? [] : [{ name, example }];
  });
}

/** The code after `@example`, up to the next tag. */
export function exampleIn(comment: string): string | undefined {
  const lines = comment
    .split('\n')
    .map((line) => line.replace(/^\s*(?:\/\*\*|\*\/|\*) ?/, '').replace(/\s*\*\/$/, ''));
  const start = lines.findIndex((line) => line.startsWith('@example'));
  if (start < 0) return undefined;
  const end = lines.findIndex((line, index) => index > start && /^@\w+/.test(line));
  return lines
    .slice(start + 1, end < 0 ? undefined : end)
    .join('\n')
    .trim();
}

/** Whether an example can run as is: without a server, a test runner or a caller. */
export function canRun(example: string): boolean {
  return !/@store\/postgres|@store\/conformance\/|\.listen\(|\bserve\(|^export |\bprocess\.env\./m.test(
    example,
  );
}
