/**
 * Who may know whom: the layers of lib and cli, kept true by reading every import, those of types as well.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

/** Lowest line first. A folder may import from the lines below its own; neighbours do not know each other. */
const lines: readonly (readonly string[])[] = [
  ['lib/errors.ts', 'lib/logger.ts', 'lib/version.ts'],
  ['lib/graph/', 'lib/sql/'],
  ['lib/assets/', 'lib/schema/', 'lib/config/'],
  ['lib/dependents/'],
  ['lib/ops/'],
  ['lib/script/', 'lib/lint/'],
  ['lib/runtime/'],
  ['lib/shadow/'],
  ['lib/autogenerate/', 'lib/verify/'],
  ['lib/project.ts'],
  ['lib/commands/'],
  ['lib/testing/'],
  ['lib/index.ts', 'lib/testing.ts'],
  ['cli/'],
];

/** Where files are the business; everything else is given texts. */
const mayUseFiles = [
  'lib/assets/asset-directory.ts',
  'lib/assets/manifest.ts',
  'lib/commands/init.ts',
  'lib/commands/write-revision.ts',
  'lib/config/knexfile.ts',
  'lib/runtime/directory-lock.ts',
  'lib/runtime/embedded.ts',
  'lib/runtime/scratch.ts',
  'lib/script/',
  'lib/shadow/image-files.ts',
  'lib/shadow/image-keys.ts',
  'lib/testing/template-source.ts',
  'lib/version.ts',
  'cli/version.ts',
];

/** `directory-lock.ts` says why; the other holds the text of a knexfile. */
const mayNameTheProcess = ['cli/', 'lib/runtime/directory-lock.ts', 'lib/commands/starter-files.ts'];

/** The one place that hands the whole library to somebody: to the user's modules, which import `limbeck`. */
const mayReachTheIndex = ['cli/', 'lib/script/load-module.ts'];

type Sources = Readonly<Record<string, string>>;

/** All that is against the rules, one line each: `lib/sql/a.ts imports lib/graph/b.ts`. */
function violations(sources: Sources): string[] {
  return Object.entries(sources).flatMap(([file, text]) => {
    const code = withoutComments(text);
    return [...wrongImports(file, code), ...wrongGlobals(file, code), ...cyclesThrough(file, sources)];
  });
}

function wrongImports(file: string, code: string): string[] {
  return importsOf(code).flatMap((specifier) => {
    const target = resolveImport(file, specifier);
    const isWrong = target === undefined ? isForbiddenPackage(file, specifier) : !mayKnow(file, target);
    return isWrong ? [`${file} imports ${target ?? specifier}`] : [];
  });
}

function mayKnow(file: string, target: string): boolean {
  if (startsWithAny(target, ['lib/index.ts']) && startsWithAny(file, mayReachTheIndex)) return true;
  if (file.startsWith('cli/') && !target.startsWith('cli/')) return false;
  const [own, other] = [placeOf(file), placeOf(target)];
  if (own === undefined || other === undefined) return false;
  return own.folder === other.folder ? own.folder.endsWith('/') : other.line < own.line;
}

function isForbiddenPackage(file: string, specifier: string): boolean {
  if (/^(node:)?(process|console)$/.test(specifier)) return !startsWithAny(file, mayNameTheProcess);
  if (/^(node:)?fs(\/|$)/.test(specifier)) return !startsWithAny(file, mayUseFiles);
  return false;
}

function wrongGlobals(file: string, code: string): string[] {
  if (startsWithAny(file, mayNameTheProcess)) return [];
  const [found] = /\b(?:process|console)\s*(?:\?\.|\.|\[)['\w]/.exec(code) ?? [];
  return found === undefined ? [] : [`${file} uses ${found}`];
}

/** Files of one folder may know each other, but not in a circle. */
function cyclesThrough(file: string, sources: Sources): string[] {
  const seen = new Set(neighbours(file, sources));
  for (const next of seen) for (const further of neighbours(next, sources)) seen.add(further);
  return seen.has(file) ? [`${file} imports itself by way of others`] : [];
}

function neighbours(file: string, sources: Sources): string[] {
  const code = withoutComments(sources[file] ?? '');
  return importsOf(code).flatMap((specifier) => {
    const target = resolveImport(file, specifier);
    // `cli` loads the library when a command runs, which is no circle; nor is what is handed to users.
    return target === undefined || target === 'lib/index.ts' ? [] : [target];
  });
}

/** The line and the entry of the table that a file belongs to. */
function placeOf(file: string): { line: number; folder: string } | undefined {
  const found = lines.flatMap((folders, line) =>
    folders.filter((folder) => startsWithAny(file, [folder])).map((folder) => ({ line, folder })),
  );
  return found[0];
}

/** Specifiers of imports and exports, of types, and of `import('…')` and `new URL('…', import.meta.url)`. */
function importsOf(code: string): string[] {
  const found = code.matchAll(
    /(?:\bfrom\s*|\bimport\s*\(?\s*|\bnew URL\(\s*|\brequire\(\s*)(['"])((?:\.|node:|[a-z]).*?)\1/g,
  );
  return [...found].flatMap(([, , specifier]) => specifier ?? []);
}

function resolveImport(file: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.') || !/\.[jt]s$/.test(specifier)) return undefined;
  return posix.join(posix.dirname(file), specifier).replace(/\.js$/, '.ts');
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}

function startsWithAny(file: string, places: readonly string[]): boolean {
  return places.some((place) => (place.endsWith('/') ? file.startsWith(place) : file === place));
}

function readSources(): Sources {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const files = ['lib', 'cli'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => `${folder}/${file.replaceAll('\\', '/')}`),
  );
  return Object.fromEntries(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]));
}

describe('the architecture', () => {
  const sources = readSources();

  it('has a layer for every file', () => {
    expect(Object.keys(sources).length).to.be.greaterThan(80);
    expect(Object.keys(sources).filter((file) => placeOf(file) === undefined)).to.deep.equal([]);
  });

  it('is kept by every import', () => {
    expect(violations(sources)).to.deep.equal([]);
  });

  it('imports only what there is', () => {
    const targets = Object.entries(sources).flatMap(([file, text]) =>
      importsOf(withoutComments(text)).flatMap((specifier) => resolveImport(file, specifier) ?? []),
    );
    expect(targets.length).to.be.greaterThan(200);
    expect(targets.filter((target) => !(target in sources))).to.deep.equal([]);
  });
});

describe('the guard of the architecture', () => {
  const found = (file: string, text: string) => violations({ [file]: text });

  it('finds an import from above, however it is written', () => {
    for (const text of [
      "import { a } from '../commands/a.js';",
      "import type { A } from '../commands/a.js';",
      "import {\n  type A,\n  b,\n} from '../commands/a.js';",
      "import '../commands/a.js';",
      "export { a } from '../commands/a.js';",
      "export * from '../commands/a.js';",
      "const a = await import('../commands/a.js');",
      "type A = import('../commands/a.js').A;",
      "const a = await import(new URL('../commands/a.js', import.meta.url).href);",
      'import { a } from "../commands/a.js";',
    ])
      expect(found('lib/graph/x.ts', text), text).to.deep.equal(['lib/graph/x.ts imports lib/commands/a.ts']);
  });

  it('finds neighbours that know each other', () => {
    const cases: [file: string, specifier: string][] = [
      ['lib/sql/x.ts', '../graph/a.js'],
      ['lib/assets/x.ts', '../config/a.js'],
      ['lib/config/x.ts', '../schema/a.js'],
      ['lib/errors.ts', './logger.js'],
      ['lib/verify/x.ts', '../autogenerate/a.js'],
      ['lib/verify/x.ts', '../project.js'],
      ['lib/graph/x.ts', '../index.js'],
      ['lib/graph/x.ts', '../../cli/a.js'],
      ['cli/x.ts', '../lib/errors.js'],
      ['cli/commands/x.ts', '../../lib/config/config.js'],
      ['lib/nowhere/x.ts', '../errors.js'],
    ];
    for (const [file, specifier] of cases)
      expect(found(file, `import { a } from '${specifier}';`), file).to.have.length(1);
  });

  it('lets pass what comes from below, and from the same folder', () => {
    const cases: [file: string, specifier: string][] = [
      ['lib/graph/x.ts', './a.js'],
      ['lib/graph/x.ts', '../errors.js'],
      ['lib/verify/x.ts', '../runtime/a.js'],
      ['lib/index.ts', './commands/a.js'],
      ['cli/commands/x.ts', '../a.js'],
      ['cli/run.ts', '../lib/index.js'],
      ['lib/sql/x.ts', 'libpg-query'],
      ['lib/version.ts', '../../package.json'],
    ];
    for (const [file, specifier] of cases)
      expect(found(file, `import { a } from '${specifier}';`), `${file} ${specifier}`).to.deep.equal([]);
  });

  it('takes no comment for an import', () => {
    const text =
      "/**\n * import { a } from '../commands/a.js';\n */\n// import '../commands/a.js'\nexport const x = 1;";
    expect(found('lib/graph/x.ts', text)).to.deep.equal([]);
  });

  it('finds the process and the console, and files where they are not the business', () => {
    for (const [text, what] of [
      ["const x = process.env['X'];", 'uses process.e'],
      ["process['exit'](1);", "uses process['"],
      ["console.log('x');", 'uses console.l'],
      ["import { pid } from 'node:process';", 'imports node:process'],
      ["import process from 'process';", 'imports process'],
      ["import { readFileSync } from 'node:fs';", 'imports node:fs'],
      ["import { readFile } from 'node:fs/promises';", 'imports node:fs/promises'],
      ["const fs = await import('fs');", 'imports fs'],
    ] as const)
      expect(found('lib/ops/x.ts', text), text).to.deep.equal([`lib/ops/x.ts ${what}`]);
    expect(found('cli/x.ts', "process.exit(1); console.log('x');")).to.deep.equal([]);
    expect(found('lib/script/x.ts', "import { readFileSync } from 'node:fs';")).to.deep.equal([]);
    expect(found('lib/ops/x.ts', 'const { pid } = holder; // the process. Or not.')).to.deep.equal([]);
  });

  it('finds files that know each other in a circle', () => {
    const circle = {
      'lib/graph/a.ts': "import { b } from './b.js';",
      'lib/graph/b.ts': "import type { c } from './c.js';",
      'lib/graph/c.ts': "import { a } from './a.js';",
      'lib/graph/d.ts': "import { a } from './a.js';",
    };
    expect(violations(circle)).to.deep.equal(
      ['a', 'b', 'c'].map((name) => `lib/graph/${name}.ts imports itself by way of others`),
    );
  });
});
