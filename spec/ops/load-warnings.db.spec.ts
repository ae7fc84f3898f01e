import { expect } from 'chai';
import { downgrade, openProject, type LoadWarning, type ProgressEvent, upgrade } from '../../lib/index.js';
import { assetProject } from '../helpers/asset-project.js';
import { describeOnServers } from '../helpers/database.js';
import { emptyDatabase } from '../helpers/database-state.js';

const f = (properties = '', value = 1, signature = 'f(a int)') =>
  `create or replace function ${signature} returns setof int language sql ${properties} as $$ select ${value} $$;`;
const v = (options = '', value = 1) =>
  `create or replace view v ${options} as select id from t where id > ${value}`;
const file = (path: string, revision = 'b') =>
  `migrations/2026010100000${revision === 'a' ? 0 : 1}_${revision}.assets/${path}`;

/** Two versions of a file, what is done by hand in between, and the warnings of loading the second. */
interface Case {
  readonly path: string;
  readonly first: string;
  readonly byHand?: string;
  readonly second: string;
  readonly messages: readonly string[];
  readonly next?: string;
}

const cases: Readonly<Record<string, Case>> = {
  'properties of a function that the new text does not say': {
    path: 'procs/f.sql',
    first: f(
      'stable strict security definer leakproof parallel safe cost 5 rows 7 set search_path = public, pg_temp',
    ),
    second: f('', 2),
    messages: [
      'cost 5',
      'rows 7',
      'strict',
      'parallel safe',
      'security definer',
      'leakproof',
      'stable',
      'set search_path = public, pg_temp',
    ].map((clause) => `function public.f(integer) has lost "${clause}", which the file does not say`),
    next: 'write "cost 5" into the file, if it should stay',
  },
  'what was altered by hand': {
    path: 'procs/f.sql',
    first: f(),
    byHand: 'alter function f immutable',
    second: f('', 2),
    messages: ['function public.f(integer) has lost "immutable", which the file does not say'],
  },
  'the options of a view': {
    path: 'views/v.sql',
    first: v(),
    byHand: 'alter view v set (security_barrier = true, check_option = local)',
    second: v('', 2),
    messages: [
      'view public.v has lost "with local check option", which the file does not say',
      'view public.v has lost "with (security_barrier = true)", which the file does not say',
    ],
    next: 'write "with local check option" into the file, if it should stay',
  },
  'PUBLIC, which may execute what took the place of a closed overload': {
    path: 'procs/f.sql',
    first: f(),
    byHand: 'revoke execute on function f from public',
    second: f('', 2, 'f(a bigint)'),
    messages: ['function public.f(bigint) may be executed by PUBLIC, which had been revoked'],
    next: 'write "revoke execute on function public.f(bigint) from public" into the file, if it should stay so',
  },
  'owner, grants and comment of the overload whose place another one took': {
    path: 'procs/f.sql',
    first: f(),
    byHand: `alter function f owner to pg_monitor; grant execute on function f to pg_read_all_stats; comment on function f is 'it''s f'`,
    second: `${f('', 2, 'f(a int, b int default 2)')} alter function f owner to pg_read_all_settings;`,
    messages: [
      'function public.f(integer, integer) belongs to pg_read_all_settings, and function public.f(integer), in whose place it came, to pg_monitor',
      'function public.f(integer, integer) is not granted to pg_read_all_stats, as function public.f(integer) was, in whose place it came',
      'function public.f(integer, integer) has no comment, as function public.f(integer) had, in whose place it came',
    ],
    next: `write "comment on function public.f(integer, integer) is 'it''s f'" into the file or the script, if it should stay so`,
  },
  'nothing that the overload that takes the place has as well': {
    path: 'procs/f.sql',
    first: f(),
    byHand: "grant execute on function f to pg_monitor; comment on function f is 'f'",
    second: `${f('', 2, 'f(a bigint)')} grant execute on function f to pg_monitor; comment on function f is 'other';`,
    messages: [],
  },
  'a new overload beside one that no file defines': {
    path: 'procs/f.sql',
    first: f(),
    byHand: f('', 3, 'f(a int, b int default 1)'),
    second: f('', 2, 'f(a int, b text default null)'),
    messages: [
      'function public.f(integer, text) stands beside function public.f(integer, integer), which no file defines: calls that leave out arguments may fail as "not unique"',
    ],
    next: 'drop the other one in a script, if nobody needs it',
  },
  'nothing of overloads that no call fits as well': {
    path: 'procs/f.sql',
    first: f(),
    byHand: `${f('', 3, 'f(a int, b int)')} ${f('', 3, 'f(a bigint, b int, c int default 1)')}`,
    second: f('', 2, "f(a text, b text default '')"),
    messages: [],
  },
  'nothing that the new text says as well': {
    path: 'procs/f.sql',
    first: f('stable security definer cost 5'),
    second: f('immutable security definer cost 6', 2),
    messages: [],
  },
  'nothing that the file revokes itself': {
    path: 'procs/f.sql',
    first: `${f()} revoke execute on function f from public;`,
    second: `${f('', 2)} revoke execute on function f from public;`,
    messages: [],
  },
  'nothing that comes back where a function is made anew': {
    path: 'procs/f.sql',
    first: f(),
    byHand: 'revoke execute on function f from public',
    second: f('', 2).replace('a int', 'b int'),
    messages: [],
  },
  'nothing of overloads that files define': {
    path: 'procs/f.sql',
    first: f('', 1, 'f(a int, b int)'),
    second: `${f('', 1, 'f(a int, b int)')} ${f('', 2, 'f(a text)')}`,
    messages: [],
  },
};

describeOnServers('what files lose without a word', (database) => {
  beforeEach(async () => {
    await emptyDatabase(database);
    await database.query('create table t (id int)');
  });

  for (const [what, { path, first, byHand, second, messages, next }] of Object.entries(cases)) {
    it(`tells ${what}`, async () => {
      const project = assetProject(database);
      await project.ship('a', { [path]: first });
      await project.ship('b', { [path]: second });
      await upgrade(await project.open(), { target: 'a' });
      if (byHand !== undefined) await database.query(byHand);
      const { steps } = await upgrade(await project.open());
      const told = steps[0]?.warnings ?? [];
      expect(told.map(({ message }) => message)).to.have.members(messages);
      expect(new Set(told.map((warning) => warning.file))).to.deep.equal(
        new Set(messages.length > 0 ? [file(path)] : []),
      );
      if (next !== undefined) expect(told.map((warning) => warning.next)).to.include(next);
    });
  }

  it('is not told again of an overload where a downgrade makes the old one', async () => {
    const project = assetProject(database);
    await project.ship('a', { 'procs/f.sql': f('', 1, 'f(a int, b text default null)') });
    await project.ship('b', { 'procs/f.sql': f('', 2, 'f(a int, b date default null)') });
    await upgrade(await project.open(), { target: 'a' });
    await database.query(f('', 3, 'f(a int, b int default 1)'));
    const up = await upgrade(await project.open());
    expect(up.steps[0]?.warnings).to.have.lengthOf(1);
    const down = await downgrade(await project.open(), { target: 'a' });
    expect(down.steps[0]?.warnings ?? []).to.deep.equal([]);
  });

  it('is told once the step has ended, to the logger and as an event', async () => {
    const project = assetProject(database);
    await project.ship('a', { 'procs/f.sql': f('stable') });
    await project.ship('b', { 'procs/f.sql': f() });
    await upgrade(await project.open(), { target: 'a' });
    const events: ProgressEvent[] = [];
    const heard: string[] = [];
    const logger = { debug() {}, info() {}, warn: (message: string) => void heard.push(message) };
    const opened = await openProject({
      folder: project.root,
      logger,
      onProgress: (event) => void events.push(event),
    });
    const { steps } = await upgrade(opened);
    const warning: LoadWarning = {
      file: file('procs/f.sql'),
      object: 'function public.f(integer)',
      message: 'function public.f(integer) has lost "stable", which the file does not say',
      next: 'write "stable" into the file, if it should stay',
    };
    expect(steps[0]?.warnings).to.deep.equal([warning]);
    expect(heard).to.deep.equal([`${warning.file}: ${warning.message}; ${warning.next}`]);
    expect(events.map(({ kind }) => kind)).to.deep.equal([
      'run-begins',
      'step-begins',
      'step-warns',
      'step-ends',
      'run-ends',
    ]);
    expect(events[2]).to.deep.include({ revision: 'b', position: 1, warning });
  });

  it('is not told where a downgrade goes back to a text that had not said it, but where nobody has', async () => {
    const project = assetProject(database);
    await project.ship('a', { 'procs/f.sql': f() });
    await project.ship('b', { 'procs/f.sql': f('stable', 2) });
    await upgrade(await project.open());
    await database.query('alter function f security definer');
    const { steps } = await downgrade(await project.open(), { target: 'a' });
    expect(steps[0]?.warnings?.map(({ message }) => message)).to.deep.equal([
      'function public.f(integer) has lost "security definer", which the file does not say',
    ]);
  });
});
