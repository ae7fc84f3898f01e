/**
 * The command that makes a project: init.
 */
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../errors.js';
import { listed, nearMisses } from '../graph/wording.js';
import { isEsm } from '../script/module-type.js';
import { starterKnexfiles, type StarterLanguage, starterLanguages } from './starter-files.js';

export interface InitOptions {
  /** The folder to make a project of. */
  readonly folder: string;
  /** `ts`, `esm` or `cjs`. Default: TypeScript where the folder uses it or is new, else as its package.json says. */
  readonly template?: string | undefined;
}

export interface InitReport {
  /** Files and folders that were made, or added to. */
  readonly created: readonly string[];
  /** What was there already and was left alone. */
  readonly kept: readonly string[];
  /** What is known of a Knex project that was here before; null for a new one, and for one of limbeck's. */
  readonly knex: { readonly knexfile: string; readonly migrations: number } | null;
  /** What to do next, in words. */
  readonly next: readonly string[];
}

const folders = ['migrations', 'raw_sql/procs', 'raw_sql/types', 'raw_sql/views'];
const frozenAttributes = '**/*.assets/** -text linguist-generated -diff';
const ignored = '.limbeck/';

/**
 * Makes a project, or makes room for limbeck in a Knex project; never overwrites a file.
 *
 * @throws UsageError `USAGE` when there is no such template
 */
export function init({ folder, template }: InitOptions): InitReport {
  const language = starterLanguage(folder, template);
  const created: string[] = [];
  const kept: string[] = [];
  const existing = readdirSync(folder).find((name) => /^knexfile\.[cm]?[jt]s$/.test(name));
  const isProject =
    existing !== undefined && /\blimbeck\b/.test(readFileSync(join(folder, existing), 'utf8'));
  if (existing === undefined) {
    const knexfile = knexfileOf(folder, language);
    writeFileSync(join(folder, knexfile), starterKnexfiles[language]);
    created.push(knexfile);
  } else kept.push(existing);
  for (const name of folders) {
    if (existsSync(join(folder, name))) kept.push(`${name}/`);
    else {
      mkdirSync(join(folder, name), { recursive: true });
      created.push(`${name}/`);
    }
  }
  for (const [name, line] of [
    ['.gitattributes', frozenAttributes],
    ['.gitignore', ignored],
  ] as const) {
    (addLine(join(folder, name), line) ? created : kept).push(name);
  }
  const knex =
    existing === undefined || isProject
      ? null
      : { knexfile: existing, migrations: countKnexMigrations(folder) };
  const isComplete = isProject && created.length === 0;
  return { created, kept, knex, next: isComplete ? [] : nextSteps(knex) };
}

function nextSteps(knex: InitReport['knex']): string[] {
  const first = 'write a first revision: `limbeck revision -m "…"`, then `limbeck upgrade`';
  if (knex === null) return [first];
  const { knexfile, migrations } = knex;
  if (migrations === 0) return [`limbeck works with ${knexfile} as it is`, first];
  return [
    `"migrations" holds ${migrations === 1 ? '1 Knex migration, which stays' : `${migrations} Knex migrations, which stay`} with Knex: give limbeck a directory of its own, with \`mkdir revisions\` and \`limbeck: { directories: 'revisions' }\` in ${knexfile}`,
    'deploy with `knex migrate:latest`, then `limbeck upgrade`; the two keep separate tables in one database',
    first,
  ];
}

function countKnexMigrations(folder: string): number {
  const directory = join(folder, 'migrations');
  if (!existsSync(directory)) return 0;
  const isKnex = (text: string) =>
    /\b(?:exports\.up|export\s+(?:async\s+)?(?:function|const)\s+up)\b/.test(text);
  return readdirSync(directory)
    .filter((name) => /\.[cm]?[jt]s$/.test(name))
    .filter((name) => isKnex(readFileSync(join(directory, name), 'utf8'))).length;
}

/**
 * Returns the language that was asked for; else TypeScript where the folder uses it or is new, else JavaScript as its
 * package.json says.
 *
 * @throws UsageError `USAGE` when there is no such language
 */
function starterLanguage(folder: string, asked: string | undefined): StarterLanguage {
  if (asked !== undefined) return starterLanguages.find((name) => name === asked) ?? refuse(asked);
  const usesTypeScript = existsSync(join(folder, 'tsconfig.json'));
  if (usesTypeScript || !existsSync(join(folder, 'package.json'))) return 'ts';
  return isEsm(folder) ? 'esm' : 'cjs';
}

/** The name of the knexfile: `.js` where that means the language, else with the ending that does. */
function knexfileOf(folder: string, language: StarterLanguage): string {
  if (language === 'ts') return 'knexfile.ts';
  if (isEsm(folder) === (language === 'esm')) return 'knexfile.js';
  return language === 'esm' ? 'knexfile.mjs' : 'knexfile.cjs';
}

function refuse(asked: string): never {
  const [near] = nearMisses(asked, starterLanguages);
  throw new UsageError('USAGE', {
    message: `there is no template "${asked}"`,
    next: `${near === undefined ? '' : `did you mean "${near}"? Else `}choose one of ${listed(starterLanguages)}: TypeScript, ES modules, CommonJS`,
    details: { templates: starterLanguages },
  });
}

/** Adds a line to a file unless it is there; the line end of a last line without one is mended. */
function addLine(file: string, line: string): boolean {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (text.split(/\r?\n/).includes(line)) return false;
  appendFileSync(file, `${text === '' || text.endsWith('\n') ? '' : '\n'}${line}\n`);
  return true;
}
