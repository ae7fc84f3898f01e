import { expect } from 'chai';
import { assertNoMembers } from '../../lib/dependents/aside.js';
import { readDependentsQuery } from '../../lib/dependents/dependents-list.js';
import { describeOnServers } from '../helpers/database.js';
import { emptyDatabase } from '../helpers/database-state.js';
import { expectUnchanged, refusalOf, withAside } from './aside-work.js';

describeOnServers('what stops setting aside', (database) => {
  beforeEach('empty database', () => emptyDatabase(database));

  it('is a column, an index, a generated column or a table that holds data, all in one list', async () => {
    await database.query(`
      create view codes as select 1 as code;
      create table of_row (id integer, codes codes);
      create function score(integer) returns integer immutable language sql as 'select $1';
      create table scored (id integer, doubled integer generated always as (score(id)) stored, check (score(id) = 1), unique (id));
      create index scores on scored (score(id));
      create table parts (id integer) partition by range (score(id))`);
    const client = await database.connect();
    await expectUnchanged(database, async () => {
      const error = await refusalOf(
        withAside(
          client,
          [{ object: 'view public.codes' }, { object: 'function public.score(integer)' }],
          '',
          { drop: true },
        ),
      );
      expect(error.code).to.equal('DEPENDENTS_HOLD_DATA');
      expect(error.details['objects']).to.have.members([
        'table column public.of_row.codes (a column holds data)',
        'index public.scores (an index of a table is built from its data)',
        'table public.parts (it is partitioned by it)',
        'default value for public.scored.doubled (a generated column holds data)',
      ]);
      expect(error.next).to.match(/^take what is listed out of the way/);
    });
  });

  // PGlite comes without extensions.
  const onServer = database.kind === 'server' ? it : () => {};
  onServer('is a member of an extension, as a target as well', async () => {
    await database.query('create extension pgcrypto');
    const client = await database.connect();
    const gone = await refusalOf(
      withAside(client, [{ object: 'function public.digest(text, text)' }], '', { drop: true }),
    );
    expect(gone.code).to.equal('EXTENSION_MEMBER');
    expect(gone.details['objects']).to.deep.equal([
      'function public.digest(text, text) (it belongs to extension pgcrypto)',
    ]);
    const replaced = client.query(
      assertNoMembers(['function public.digest(text, text)', 'view public.none']).text,
    );
    expect(
      (await refusalOf(replaced.catch((cause: unknown) => Promise.reject(new Error('', { cause }))))).code,
    ).to.equal('EXTENSION_MEMBER');
  });

  onServer('is a type of an extension, on which its own functions stand', async () => {
    await database.query('create extension citext; create view v as select null::citext as c');
    const client = await database.connect();
    await expectUnchanged(database, async () => {
      const error = await refusalOf(withAside(client, [{ object: 'type citext' }], ''));
      expect(error.code).to.equal('EXTENSION_MEMBER');
      expect(error.details['objects']).to.deep.equal(['type public.citext (it belongs to extension citext)']);
    });
  });

  it('is a base type, on which its own functions stand', async () => {
    await database.query(`create type word;
      create function word_in(cstring) returns word immutable strict language internal as 'textin';
      create function word_out(word) returns cstring immutable strict language internal as 'textout';
      create type word (input = word_in, output = word_out, like = text);
      create view v as select null::word as w`);
    const client = await database.connect();
    const error = await refusalOf(withAside(client, [{ object: 'type word' }], ''));
    expect(error.code).to.equal('DEPENDENTS_HOLD_DATA');
    expect(error.message).to.match(/^a base type and its functions stand on each other: public\.word/);
    expect(error.details['objects']).to.include.members([
      'type public.word',
      'function public.word_in(cstring)',
    ]);
    expect(error.next).to.match(/^leave these where they are/);
    await database.query('drop view v; drop type word cascade');
  });

  it('is another list than was expected', async () => {
    await database.query(`create role lister; create view a as select 1 as x;
      create view b as select * from a; create view c as select * from b;
      grant select on c to lister; alter view b owner to lister`);
    const targets = [{ object: 'view public.a' }];
    const expected = [
      { object: 'view public.b', owner: 'lister' },
      { object: 'view public.c', grants: ['lister has SELECT from owner'] },
    ];
    const rows = await database.query(readDependentsQuery(targets));
    expect(rows).to.deep.equal(expected.map((row) => ({ owner: null, grants: null, ...row })));
    const client = await database.connect();
    await expectUnchanged(database, async () => {
      await withAside(client, targets, '', { expected });
      const error = await refusalOf(
        withAside(client, targets, '', { expected: [{ object: 'view public.b' }] }),
      );
      expect(error.code).to.equal('DEPENDENTS_CHANGED');
      expect(error.next).to.match(/^run the revision on this database itself/);
      expect(error.details['objects']).to.have.members([
        'frozen: view public.b',
        'there: view public.b, owner lister',
        'there: view public.c, lister has SELECT from owner',
      ]);
    });
    await database.query('drop owned by lister cascade; drop role lister');
  });

  it('is not a list of grants that have come to nothing, and says where nothing is granted', async () => {
    await database.query(`create view a as select 1 as x; create view b as select * from a;
      grant select on b to pg_monitor; revoke select on b from pg_monitor`);
    const targets = [{ object: 'view public.a' }];
    const expected = [{ object: 'view public.b' }];
    const client = await database.connect();
    await expectUnchanged(database, () => withAside(client, targets, '', { expected }));
    await database.query('revoke all on b from current_user');
    const error = await refusalOf(withAside(client, targets, '', { expected }));
    expect(error.details['objects']).to.have.members([
      'frozen: view public.b',
      'there: view public.b, nothing granted',
    ]);
  });

  it('is a dependent that does not fit any more', async () => {
    await database.query(`create table builds (id integer, platform text);
      create view a as select id, platform from builds; create view b as select platform from a`);
    const client = await database.connect();
    await expectUnchanged(database, async () => {
      const error = await refusalOf(
        withAside(client, [{ object: 'view public.a' }], 'create view a as select id from builds', {
          drop: true,
        }),
      );
      expect(error.code).to.equal('DEPENDENT_NOT_RESTORED');
      expect(error.message).to.match(
        /^view public\.b cannot be put back: column .*platform.* does not exist/,
      );
      expect(error.next).to.match(/^change it in the same revision/);
    });
  });
});
