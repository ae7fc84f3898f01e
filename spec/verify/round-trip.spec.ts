import { expect } from 'chai';
import { MigrationError } from '../../lib/errors.js';
import { type SchemaObject, snapshotOf } from '../../lib/schema/snapshot.js';
import { type RoundTripDatabase, walkRoundTrip } from '../../lib/verify/round-trip.js';

/** What a revision does to the objects of a database, up and down. */
interface Change {
  readonly up: (objects: Map<string, SchemaObject>) => unknown;
  readonly down: (objects: Map<string, SchemaObject>) => unknown;
}

/** A database in memory, and what was done with it. */
function databaseOf(changes: Readonly<Record<string, Change>>) {
  const objects = new Map<string, SchemaObject>();
  const done: string[] = [];
  const database: RoundTripDatabase = {
    async run({ direction, revision }) {
      done.push(`${direction} ${revision}`);
      changes[revision]?.[direction === 'upgrade' ? 'up' : 'down'](objects);
    },
    snapshot: async () => snapshotOf(objects.values()),
  };
  return { database, done };
}

const schemaObject = (name: string, owner = 'me'): SchemaObject => ({
  kind: 'schema',
  identity: `schema ${name}`,
  name,
  owner,
  grants: { granted: [], revoked: [] },
});
const schema = (name: string): Change => ({
  up: (objects) => objects.set(name, schemaObject(name)),
  down: (objects) => objects.delete(name),
});
const walk = (changes: Readonly<Record<string, Change>>) => {
  const { database, done } = databaseOf(changes);
  const told: string[] = [];
  return walkRoundTrip(Object.keys(changes), database, (id) => told.push(id)).then((finding) => ({
    finding,
    done,
    told,
  }));
};

describe('walkRoundTrip', () => {
  it('takes each revision up, down and up again, in order', async () => {
    const { finding, done, told } = await walk({ a: schema('a'), b: schema('b') });
    expect(finding).to.equal(undefined);
    expect(done).to.deep.equal([
      'upgrade a',
      'downgrade a',
      'upgrade a',
      'upgrade b',
      'downgrade b',
      'upgrade b',
    ]);
    expect(told).to.deep.equal(['a', 'b']);
  });

  it('finds nothing in no revisions', async () => {
    expect(await walk({})).to.deep.equal({ finding: undefined, done: [], told: [] });
  });

  it('finds a downgrade that forgets something, and stops there', async () => {
    const forgetful: Change = { ...schema('b'), down: () => {} };
    const { finding, done, told } = await walk({ a: schema('a'), b: forgetful, c: schema('c') });
    expect(finding).to.deep.equal({
      revision: 'b',
      after: 'downgrade',
      difference: { kind: 'added', identity: 'schema b', after: schemaObject('b') },
      text: 'schema b: added',
      next: null,
    });
    expect(done.slice(-2)).to.deep.equal(['upgrade b', 'downgrade b']);
    expect(told).to.deep.equal(['a']);
  });

  it('finds a downgrade that takes too much', async () => {
    const greedy: Change = { ...schema('b'), down: (objects) => objects.clear() };
    const { finding } = await walk({ a: schema('a'), b: greedy });
    expect([finding?.after, finding?.text]).to.deep.equal(['downgrade', 'schema a: removed']);
  });

  it('finds a second upgrade that makes something else', async () => {
    let times = 0;
    const fickle: Change = {
      up: (objects) => objects.set('a', schemaObject('a', `owner${(times += 1)}`)),
      down: (objects) => objects.delete('a'),
    };
    const { finding } = await walk({ a: fickle });
    expect(finding).to.deep.equal({
      revision: 'a',
      after: 'upgrade',
      difference: {
        kind: 'changed',
        identity: 'schema a',
        path: ['owner'],
        before: 'owner1',
        after: 'owner2',
      },
      text: 'schema a: owner owner1 → owner2',
      next: null,
    });
  });

  it('passes an error of a step on', async () => {
    const broken: Change = {
      up: () => {
        throw new Error('no');
      },
      down: () => {},
    };
    await walk({ a: broken }).then(
      () => expect.fail('it fails'),
      (error: unknown) => expect(String(error)).to.equal('Error: no'),
    );
  });

  it('finds a downgrade that cannot be run', async () => {
    const down = () => {
      throw new MigrationError('SQL_FAILED', {
        message: 'no such table',
        where: 'a.ts:1:2',
        next: 'mend it',
      });
    };
    const { finding, done } = await walk({ a: { ...schema('a'), down }, b: schema('b') });
    expect(finding).to.deep.equal({
      revision: 'a',
      after: 'downgrade',
      difference: null,
      text: 'no such table\na.ts:1:2',
      next: 'mend it',
    });
    expect(done).to.deep.equal(['upgrade a', 'downgrade a']);
  });
});
