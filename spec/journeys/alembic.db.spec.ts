/**
 * limbeck on a database that Alembic has migrated until now.
 */
import { readdirSync } from 'node:fs';
import { expect } from 'chai';
import { limbeckIn } from '../helpers/cli.js';
import { alembicFiles, alembicIds as ids, alembicRows, alembicSql } from '../helpers/alembic-history.js';
import { describeOnServers } from '../helpers/database.js';
import { emptyDatabase, stateOf, versionRows } from '../helpers/database-state.js';
import { type TemporaryProject, temporaryProject } from '../helpers/project.js';

const knexfile = `import { defineConfig } from 'limbeck';
export default defineConfig({
  development: { client: 'pg', connection: URL },
});
`;

describeOnServers(
  'limbeck on a database of Alembic',
  { on: ['PostgreSQL 18', 'PostgreSQL 15'] },
  (database) => {
    let project: TemporaryProject;

    before(async () => {
      const files = {
        'package.json': '{ "type": "module" }',
        'tsconfig.json': '{}',
        'knexfile.ts': knexfile.replace('URL', JSON.stringify(database.onServer().connection)),
        'migrations/.gitkeep': '',
        ...alembicFiles,
      };
      project = temporaryProject(files, { link: true });
      await database.query(alembicSql);
    });

    const limbeck = (words: string) => limbeckIn(project.root)(...words.split(' '), '--quiet');
    const rows = () => versionRows(database, 'alembic_version');
    /** All that Alembic looks at. */
    const columns = () =>
      database.query(`select attname, format_type(atttypid, atttypmod) as type, attnotnull, conname
        from pg_attribute join pg_constraint on conrelid = attrelid and contype = 'p'
        where attrelid = 'alembic_version'::regclass and attnum > 0`);
    const asAlembicMadeIt = [
      {
        attname: 'version_num',
        type: 'character varying(32)',
        attnotnull: true,
        conname: 'alembic_version_pkc',
      },
    ];

    it('adopts the folders of its revisions', async () => {
      const { stdout, stderr, status } = await limbeck('adopt --alembic alembic/versions billing/versions');
      expect(stdout).to.match(
        new RegExp(`^Adopted 5 revisions. The history of Alembic ends at ${ids.billing}, ${ids.merge}$`, 'm'),
      );
      expect(stdout).to.contain("Next: set `versionTable: 'alembic_version'`");
      expect({ stderr, status }).to.deep.equal({ stderr: '', status: 0 });
    });

    it('refuses to apply them again where the setting is forgotten, and says so', async () => {
      const before = await stateOf(database);
      const { stderr, status } = await limbeck('upgrade');
      expect(stderr).to.match(
        /^error\[ADOPTED_REVISION\]: 5 revisions, "1975ea83b712", "ae1027a6acf" and 3 more, belong to the history that Alembic made: limbeck knows them by id alone and cannot apply them$/m,
      );
      expect(stderr)
        .to.match(/^ {2}where: migrations\/20231108114027_1975ea83b712_create_account.ts$/m)
        .and.to.contain('if Alembic has migrated this database, see that `versionTable`')
        .and.to.contain(`\`limbeck stamp ${ids.billing} ${ids.merge}\``);
      expect(status).to.equal(2);
      expect(await stateOf(database)).to.deep.equal(before);
      project.write(
        'knexfile.ts',
        project
          .read('knexfile.ts')
          .replace("client: 'pg'", "client: 'pg', limbeck: { versionTable: 'alembic_version' }"),
      );
    });

    it('knows where the database is, and draws its history', async () => {
      const { stdout } = await limbeck('current');
      expect(stdout.split('\n').map((line) => line.split(' ')[0])).to.have.members([...alembicRows, '']);
      expect((await limbeck('upgrade')).stdout).to.equal(
        `All is up to date. Now at ${ids.merge}, ${ids.billing}\n`,
      );
      expect((await limbeck('history -i')).stdout).to.match(
        new RegExp(`${ids.merge} \\(current, head, merge point\\) join users and orders`),
      );
      expect(await rows()).to.deep.equal([...alembicRows].sort());
    });

    it('goes on from there and comes back, in the table as Alembic made it', async () => {
      await limbeck(`revision -m loans --rev-id loans --head ${ids.merge}`);
      const [file = ''] = readdirSync(project.path('migrations')).filter((name) => name.includes('loans'));
      const text = project.read(`migrations/${file}`);
      const [up = '', down = ''] = [
        'createTable("loans", (t) => { t.integer("id"); })',
        'dropTable("loans")',
      ];
      const bodies = [up, down].map((call) => `await op.schema.${call};`);
      project.write(
        `migrations/${file}`,
        text.replaceAll(/\(op: Operations\) \{\n/g, (head) => `${head}  ${bodies.shift() ?? ''}\n`),
      );
      expect(await limbeck('upgrade')).to.include({ status: 0, stderr: '' });
      expect(await rows()).to.deep.equal([ids.billing, 'loans']);
      expect(await database.query('select from loans')).to.deep.equal([]);
      expect(await columns()).to.deep.equal(asAlembicMadeIt);
      const { stdout, status } = await limbeck(`downgrade loans@-1`);
      expect(stdout).to.match(/^Reverted 1 revision in .* Now at /);
      expect(status).to.equal(0);
      expect(await rows()).to.deep.equal([...alembicRows].sort());
      expect(await columns()).to.deep.equal(asAlembicMadeIt);
    });

    it('reverts nothing of a plan that would go below what it made', async () => {
      await limbeck('upgrade');
      const before = await stateOf(database);
      const { stderr, status } = await limbeck(`downgrade ${ids.users}`);
      expect(stderr).to.match(
        new RegExp(
          `^error\\[ADOPTED_REVISION\\]: revision "${ids.merge}" belongs to .*: limbeck knows it by id alone and cannot revert it$`,
          'm',
        ),
      );
      expect(stderr).to.contain('undo what it did in a new revision: `limbeck revision');
      expect(status).to.equal(2);
      expect(await stateOf(database)).to.deep.equal(before);
    });

    it('stamps a database that was restored without its version table', async () => {
      await emptyDatabase(database);
      await database.query(
        alembicSql.slice(alembicSql.indexOf('create table account'), alembicSql.indexOf('insert')),
      );
      expect(await limbeck(`stamp ${alembicRows.join(' ')}`)).to.include({ status: 0 });
      expect((await limbeck('upgrade')).stdout).to.match(/^Applied 1 revision in /);
      expect(await rows()).to.deep.equal([ids.billing, 'loans']);
    });
  },
);
