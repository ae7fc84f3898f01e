import { expect } from 'chai';
import { snapshotQuery } from '../../lib/schema/snapshot.js';

describe('snapshotQuery', () => {
  it('is one statement, with the excluded tables as literals', () => {
    const query = snapshotQuery({ excludeTables: ["public.o'clock", 'limbeck.version'] });
    expect(query).to.include("ARRAY['public.o''clock', 'limbeck.version']::pg_catalog.text[]");
    expect(query).to.not.include(';');
  });

  it('names functions, catalogs and types with their schema', () => {
    const query = snapshotQuery({ excludeTables: [] });
    expect(query).to.not.match(/(?<![\w.'])(?!coalesce|nullif)[a-z_]+\(/);
    expect(query).to.not.match(/(?<![\w.])pg_(?!catalog)[a-z]/);
    expect(query).to.not.match(/::(?!pg_catalog\.)/);
  });
});
