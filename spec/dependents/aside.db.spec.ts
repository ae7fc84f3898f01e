import { describeOnServers } from '../helpers/database.js';
import { expectUnchanged, withAside } from './aside-work.js';

describeOnServers('setAside and putBack', (database) => {
  it('bring views on views back as they were', async () => {
    await database.query(`
      create table builds (id integer primary key, platform varchar(20), size integer);
      create view platforms with (security_barrier = true) as select id, platform from builds;
      create view long_platforms as select * from platforms where length(platform) > 3;
      create materialized view counted with (fillfactor = 70) as select platform, count(*) as builds from long_platforms group by 1;
      comment on view platforms is 'It''s all of them';
      comment on column platforms.platform is 'the name';
      create role reader_a; create role reader_b; create role keeper;
      alter view platforms owner to keeper;
      grant select on platforms to reader_a with grant option;
      grant select (id), update (platform) on long_platforms to reader_b;
      grant all on schema public to keeper; grant select on builds to keeper;
      set role reader_a; grant select on platforms to reader_b; reset role`);
    const client = await database.connect();
    await expectUnchanged(database, async () => {
      await withAside(
        client,
        [{ table: 'builds', column: 'platform' }],
        'alter table builds alter column platform type text',
      );
      await withAside(
        client,
        [{ table: 'public.builds', column: 'platform' }],
        'alter table builds alter column platform type varchar(20)',
      );
    });
    await database.query(
      `drop owned by reader_a, reader_b, keeper cascade; drop role reader_a, reader_b, keeper`,
    );
  });
});
