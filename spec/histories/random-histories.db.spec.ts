/**
 * Random histories, made as people make them, and walked from anywhere to anywhere: all objects of the database and
 * limbeck's ledger must be what a model says that knows nothing of limbeck.
 *
 * A failure prints its seed and path: `LIMBECK_SEED=seed:path` runs that one again.
 */
import { expect } from 'chai';
import * as fc from 'fast-check';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { downgrade, ensureVersion, upgrade } from '../../lib/index.js';
import { describeOnServers, type TestDatabase } from '../helpers/database.js';
import { emptyDatabase } from '../helpers/database-state.js';
import { isLong } from '../helpers/runs.js';
import { rejectionOf } from '../helpers/thrown.js';
import { textOf } from './model-files.js';
import type { HistoryModel } from './model.js';
import { histories, type HistorySeed, type WalkSeed } from './seed.js';
import { type WrittenHistory, writeHistory } from './written-history.js';

/** In the long mode 500 on each kind of database, else 50 on the embedded one. */
const count = isLong ? 500 : 50;
const timeLimitMs = isLong ? 3_600_000 : 240_000;
const [seed, path] = process.env['LIMBECK_SEED']?.split(/:(.*)/) ?? [];

describeOnServers(
  'random histories',
  { on: isLong ? ['PostgreSQL 18', 'PostgreSQL 15', 'PGlite'] : ['PGlite'] },
  (database) => {
    it('leave everywhere what the model says', async function () {
      this.timeout(timeLimitMs + 60_000);
      let joined = 0;
      const property = fc.asyncProperty(histories, async (history) => {
        await emptyDatabase(database);
        const written = await writeHistory(database.config, history);
        if (written.hasJoinedFile) joined += 1;
        await walk(database, written, history);
      });
      await fc.assert(property, {
        numRuns: count,
        includeErrorInReport: true,
        // What is found by then is told, with its seed.
        interruptAfterTimeLimit: timeLimitMs,
        markInterruptAsFailure: true,
        ...(seed !== undefined && { seed: Number(seed), endOnFailure: true }),
        ...(path !== undefined && path !== '' && { path }),
      });
      if (seed === undefined)
        expect(joined / count, 'joined a file that both sides changed').to.be.at.least(0.3);
    });
  },
);

describe('the model of the random histories', () => {
  it('imports nothing of limbeck', () => {
    const sources = ['model', 'model-files', 'wanted-joins', 'edits', 'seed', '../helpers/graph-model'];
    for (const source of sources) {
      const text = readFileSync(new URL(`../../../spec/histories/${source}.ts`, import.meta.url), 'utf8');
      expect(text, source).not.to.match(/from '[^']*lib\//);
      const imported = [...text.matchAll(/from '(\.[^']*)\.js'/g)].map(([, name = '']) =>
        name.replace('./', ''),
      );
      for (const name of imported)
        expect(
          sources.map((each) => each.replace('./', '')),
          source,
        ).to.include(name);
    }
  });
});

/** Goes to one target after the other, and compares each time. */
async function walk(
  database: TestDatabase,
  { project, model, told }: WrittenHistory,
  history: HistorySeed,
): Promise<void> {
  await ensureVersion(await project.open());
  let applied: ReadonlySet<string> = new Set();
  const trail: string[] = [];
  for (const step of [...history.walk, { way: 'up', at: 0 } as const, { way: 'down', at: 0 } as const]) {
    const { target, after } = goalOf(model, applied, step);
    const isRefused = step.way === 'up' && after.size > applied.size && model.divergentAt(after).length > 0;
    trail.push(`${step.way} ${target}${isRefused ? ' (refused)' : ''}`);
    const opened = await project.open();
    const run = step.way === 'up' ? upgrade(opened, { target }) : downgrade(opened, { target });
    if (isRefused) expect((await rejectionOf(run)).code, trail.join(', ')).to.equal('ASSET_DIVERGENT');
    else await explained(run, `${trail.join(', ')} of ${told}`);
    if (!isRefused) applied = after;
    await expectState(database, model, applied, `${trail.join(', ')} of ${told}`);
  }
}

/** Says of an error, which should not have come, in which history it came. */
async function explained(run: Promise<unknown>, place: string): Promise<void> {
  try {
    await run;
  } catch (error) {
    throw new Error(`${String(error)} after ${place}`, { cause: error });
  }
}

/** The target of a step, and what is applied when it is done; the first way up is to all heads, the first way down to base. */
function goalOf(
  { graph, revisions, heads }: HistoryModel,
  applied: ReadonlySet<string>,
  { way, at }: WalkSeed,
): { readonly target: string; readonly after: ReadonlySet<string> } {
  const rows = graph.rows(applied);
  const [row] = rows;
  const only = rows.length === 1 ? revisions.find(({ id }) => id === row) : undefined;
  if (way === 'up') {
    const children = revisions.filter(({ parents }) => only !== undefined && parents.includes(only.id));
    const next = children.length === 1 ? children.map(({ id }) => ['+1', [id]] as const) : [];
    const goals = [['heads', heads] as const, ...next, ...graph.ids.map((id) => [id, [id]] as const)];
    const [target, ids] = goals[at % goals.length] ?? ['heads', heads];
    return { target, after: graph.closure([...applied, ...ids]) };
  }
  // `-1` is limited to the lineage of the only row: what it needs of other branches stays.
  const last = only?.parents.length === 1 ? [['-1', new Set([only.id])] as const] : [];
  const standingAbove = (id: string | undefined) => graph.standingAbove(id);
  const goals = [
    ['base', standingAbove(undefined)] as const,
    ...last,
    ...[...applied].map((id) => [id, standingAbove(id)] as const),
  ];
  const [target, gone] = goals[at % goals.length] ?? ['base', standingAbove(undefined)];
  return { target, after: new Set([...applied].filter((id) => !gone.has(id))) };
}

async function expectState(
  database: TestDatabase,
  model: HistoryModel,
  applied: ReadonlySet<string>,
  trail: string,
): Promise<void> {
  const [answer] = await database.query<{ readonly state: State }>(stateQuery);
  if (answer === undefined) throw new Error('no state');
  const { rows, assets, objects } = answer.state;
  expect(rows, `version rows after ${trail}`).to.deep.equal(model.graph.rows(applied));
  const found = Object.fromEntries(objects.map(({ name, contents }) => [name, contents]));
  expect(found, `objects after ${trail}`).to.deep.equal(Object.fromEntries(model.objectsAt(applied)));
  const tree = model.treeAt(applied);
  const hashes = (list: Iterable<readonly [string, string]>) => Object.fromEntries([...list].sort());
  expect(
    hashes(assets.map(({ path: name, sha256 }) => [name, sha256])),
    `ledger after ${trail}`,
  ).to.deep.equal(hashes([...tree].map(([name, file]) => [name, sha256Of(textOf(file))])));
  for (const { path: name, revision } of assets)
    expect(
      model.versionsAt(name, applied).map((version) => version.revision),
      `ledger of ${name}`,
    ).to.include(revision);
}

interface State {
  readonly rows: readonly string[];
  readonly assets: readonly { readonly path: string; readonly sha256: string; readonly revision: string }[];
  readonly objects: readonly { readonly name: string; readonly contents: string }[];
}

function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Everything in one answer; the number in each text tells its version. */
const stateQuery = `
select json_build_object(
  'rows', (select coalesce(json_agg(version_num order by version_num), '[]') from limbeck_version),
  'assets', (select coalesce(json_agg(json_build_object('path', path, 'sha256', sha256, 'revision', revision)), '[]') from limbeck_assets),
  'objects', (select coalesce(json_agg(o), '[]') from (
    select oid::regprocedure::text as name, prorettype::regtype || ' ' || substring(prosrc from '\\d+') as contents
      from pg_proc where pronamespace = 'public'::regnamespace
    union all
    select t.typname, string_agg(e.enumlabel, ' ' order by e.enumsortorder)
      from pg_type t join pg_enum e on e.enumtypid = t.oid
      where t.typnamespace = 'public'::regnamespace group by t.typname
    union all
    select c.relname, case when exists (select from pg_attribute where attrelid = c.oid and attname = 'before_n') then 'before_n ' else '' end
        || format_type(a.atttypid, null) || ' ' || substring(pg_get_viewdef(c.oid) from '\\d+')
      from pg_class c left join pg_attribute a on a.attrelid = c.oid and a.attname = 'n'
      where c.relkind in ('v', 'm') and c.relnamespace = 'public'::regnamespace
  ) as o)
) as state`;
