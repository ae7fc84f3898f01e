import { describeOnServers } from '../helpers/database.js';
import { emptyDatabase } from '../helpers/database-state.js';
import { chain, dropRoles } from './chain.js';
import { expectUnchanged, withAside } from './aside-work.js';

describeOnServers('setAside and putBack', (database) => {
  beforeEach('empty database', () => emptyDatabase(database));

  describe('of a chain with everything on it', () => {
    beforeEach('chain', () => database.query(chain('aside')));
    afterEach('roles', () => database.query(dropRoles('aside')));

    it('bring it back as it was when the type of a column is changed and changed back', async () => {
      const client = await database.connect();
      await expectUnchanged(database, async () => {
        for (const type of ['text', 'varchar(20)']) {
          const work = `alter table builds alter column platform type ${type}`;
          await withAside(client, [{ table: 'builds', column: 'platform' }], work);
        }
      });
    });

    it('bring it back as it was when its lowest view is dropped and made again', async () => {
      const client = await database.connect();
      const [{ text } = {}] = await database.query(`select pg_get_viewdef('platforms') as text`);
      await expectUnchanged(database, async () => {
        await withAside(
          client,
          [{ object: 'view public.platforms' }],
          `create view platforms with (security_barrier = true, check_option = local) as ${String(text)}`,
          { drop: true },
        );
      });
    });
  });
});
