/**
 * The project of the crash specs: two branches and a merge, with tables, data and SQL functions; every revision takes
 * some milliseconds, so that it can be hit.
 */
import type { Knex } from 'knex';
import { freeze, openProject } from '../../../lib/index.js';
import { type TemporaryProject, temporaryProject } from '../../helpers/project.js';
import { loadLines } from '../../helpers/asset-project.js';

interface RevisionText {
  readonly id: string;
  readonly parents: readonly string[];
  /** Live files that it edits, by path. */
  readonly live?: Readonly<Record<string, string>>;
  /** Lines after the table and its data. */
  readonly upgrade?: readonly string[];
  readonly downgrade?: readonly string[];
}

export interface CrashProject extends TemporaryProject {
  /** Its revisions, in limbeck's order. */
  readonly revisions: readonly string[];
  /** Uses a database in this process; other processes are told theirs by `DATABASE_URL` or `CRASH_DIRECTORY`. */
  use(config: Knex.Config): void;
}

/** The revision whose work goes through `op.knex`: it is several messages, where the others are one. */
export const split = 'split';

const key = Symbol.for('limbeck.spec.crash');

const knexfile = `import { embedded } from 'limbeck';
const given = globalThis[Symbol.for('limbeck.spec.crash')];
const { DATABASE_URL, CRASH_DIRECTORY } = process.env;
export default () => {
  if (given !== undefined) return given.config;
  return CRASH_DIRECTORY === undefined ? { client: 'pg', connection: DATABASE_URL } : embedded(CRASH_DIRECTORY);
};
`;

const sum = (factor: number) =>
  `create or replace function total() returns bigint language sql as 'select ${factor} * sum(balance) from accounts';\n`;
const mean = (digits: number) =>
  `create or replace function mean() returns numeric language sql as 'select round(avg(balance), ${digits}) from accounts';\n`;

const texts: readonly RevisionText[] = [
  { id: 'root', parents: [], live: { 'procs/total.sql': sum(1) } },
  { id: 'fork', parents: ['root'] },
  { id: 'left1', parents: ['fork'], live: { 'procs/total.sql': sum(2) } },
  { id: 'right1', parents: ['fork'] },
  { id: 'left2', parents: ['left1'] },
  { id: 'right2', parents: ['right1'], live: { 'procs/mean.sql': mean(2) } },
  { id: 'left3', parents: ['left2'] },
  {
    id: split,
    parents: ['right2'],
    upgrade: [
      "await op.knex('accounts').where('id', '<', 10).increment('balance', 7);",
      "await op.knex.raw('/* inside */ update accounts set balance = balance * 3');",
      "await op.execute('create index accounts_balance on accounts (balance)');",
    ],
    downgrade: [
      "await op.execute('drop index accounts_balance');",
      "await op.knex.raw('/* inside */ update accounts set balance = balance / 3');",
      "await op.knex('accounts').where('id', '<', 10).decrement('balance', 7);",
    ],
  },
  { id: 'left4', parents: ['left3'], live: { 'procs/total.sql': sum(4) } },
  { id: 'right4', parents: [split] },
  { id: 'merge', parents: ['left4', 'right4'], live: { 'procs/mean.sql': mean(3) } },
  { id: 'after1', parents: ['merge'] },
  { id: 'after2', parents: ['after1'], live: { 'procs/total.sql': sum(5), 'procs/mean.sql': mean(4) } },
  { id: 'after3', parents: ['after2'] },
  { id: 'after4', parents: ['after3'] },
];

/** Makes the project, in a temporary folder that goes when this process ends. */
export async function crashProject(): Promise<CrashProject> {
  const project = temporaryProject(
    { 'package.json': '{ "type": "module" }\n', 'knexfile.js': knexfile },
    { link: true },
  );
  const use = (config: Knex.Config) => void Reflect.set(globalThis, key, Object.assign(given(), { config }));
  for (const [index, text] of texts.entries()) {
    const { id, live = {} } = text;
    project.write(`migrations/202601010000${String(index).padStart(2, '0')}_${id}.js`, scriptText(text));
    for (const [path, content] of Object.entries(live)) project.write(`raw_sql/${path}`, content);
    if (Object.keys(live).length === 0) continue;
    use({ client: 'pg', connection: {} });
    await freeze(await openProject({ folder: project.root }), { revision: id });
  }
  return { ...project, use, revisions: texts.map(({ id }) => id) };
}

/** The knexfile is read once, so what it is given stays one object. */
function given(): object {
  const known: unknown = Reflect.get(globalThis, key);
  return typeof known === 'object' && known !== null ? known : {};
}

function scriptText({ id, parents, live = {}, upgrade = [], downgrade = [] }: RevisionText): string {
  const table =
    id === 'root'
      ? 'create table accounts (id int primary key, balance int not null); insert into accounts select n, n * 10 from generate_series(1, 50) n'
      : `create table ${id} (id int primary key, note text); insert into ${id} select n, '${id}' from generate_series(1, 20) n; alter table accounts add column ${id} int default 1`;
  const noTable =
    id === 'root' ? 'drop table accounts' : `alter table accounts drop column ${id}; drop table ${id}`;
  const loads = loadLines(Object.keys(live));
  const lines = (all: readonly string[]) => all.map((line) => `  ${line}`).join('\n');
  return `/** make ${id} */
import { loadStoredProc } from 'limbeck';
export const revision = '${id}';
export const downRevision = ${parents.length === 1 ? `'${parents[0]}'` : parents.length === 0 ? 'null' : JSON.stringify(parents)};
export async function upgrade(op) {
${lines([`await op.execute(${JSON.stringify(table)});`, ...upgrade, ...loads, pause])}
}
export async function downgrade(op) {
${lines([pause, ...loads.toReversed(), ...downgrade, `await op.execute(${JSON.stringify(noTable)});`])}
}
`;
}

const pause = "await op.execute('select pg_sleep(0.01)');";
