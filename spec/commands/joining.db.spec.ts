import { expect } from 'chai';
import { downgrade, revision, upgrade } from '../../lib/index.js';
import { type AssetProject, assetProject, functionsOf } from '../helpers/asset-project.js';
import { describeOnServers } from '../helpers/database.js';
import { emptyDatabase } from '../helpers/database-state.js';
import { expectFailure } from '../helpers/failure.js';

const text = (body: string) =>
  `create or replace function f() returns int language sql as $$ select ${body} $$;\n`;
const [before, left, right, both] = ['0', '1', '2', '1 + 2'];

describeOnServers(
  'revision on branches that changed the same file',
  { on: ['PostgreSQL 18', 'PGlite'] },
  (database) => {
    let made: AssetProject;
    beforeEach(async () => {
      await emptyDatabase(database);
      made = assetProject(database);
      await made.ship('a', { 'procs/f.sql': text(before) });
      await made.ship('l', { 'procs/f.sql': text(left) });
      await made.ship('r', { 'procs/f.sql': text(right) }, { downRevision: 'a' });
    });

    const join = async (options = {}) =>
      revision(await made.open(), { message: 'joined', revisionId: 'j', head: 'heads', ...options });
    const body = async () => /select (.*) \$/.exec((await functionsOf(database, 'f'))[0] ?? '')?.[1];

    it('joins them with what the live file holds, and goes back to either', async () => {
      made.write('raw_sql/procs/f.sql', text(both));
      const { downRevisions, assets } = await join({ autogenerate: true });
      expect(downRevisions).to.deep.equal(['l', 'r']);
      expect(assets.map(({ path, action }) => `${action} ${path}`)).to.deep.equal(['replace procs/f.sql']);
      await upgrade(await made.open(), { target: 'l' });
      expect(await body()).to.equal(left);
      expect((await upgrade(await made.open())).current).to.deep.equal(['j']);
      expect(await body()).to.equal(both);
      await downgrade(await made.open(), { target: 'l' });
      expect(await body()).to.equal(right);
      await downgrade(await made.open(), { target: 'base' });
      expect(await body()).to.equal(undefined);
    });

    it('refuses to join them with the version of one, or without the file', async () => {
      const refused = (options: object, more = {}) =>
        expectFailure(join(options), {
          ...more,
          code: 'ASSET_DIVERGENT',
          message: /"procs\/f.sql" was changed by "r", "l"/,
        });
      for (const [id, one] of Object.entries({ l: left, r: right })) {
        made.write('raw_sql/procs/f.sql', text(one));
        const error = await refused(
          { autogenerate: true },
          {
            where: 'raw_sql/procs/f.sql',
            next: /^put both changes into the live file, and run the command again; /,
          },
        );
        expect(error.message).to.match(new RegExp(`the live file holds that of "${id}" alone$`));
      }
      made.write('raw_sql/procs/f.sql', text(both));
      await refused({});
      expect((await made.open()).graph.heads).to.deep.equal(['l', 'r']);
    });
  },
);
