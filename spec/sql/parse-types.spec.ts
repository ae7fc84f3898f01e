import { expect } from 'chai';
import { parseTypes } from '../../lib/sql/parse-types.js';
import { factsOf, rejectionOf } from '../helpers/thrown.js';

const parse = (sql: string, schema = 'public') => parseTypes(sql, 'raw_sql/types/x.sql', schema);
const shapeOf = async (sql: string) => Object.values((await parse(sql)).shapes)[0];

describe('parseTypes', () => {
  it('reads the values of enums, by identity, in the order of the text', async () => {
    const sql = `-- ü: first
      create type mood as enum ('sad', 'so''so', 'glücklich', 'a\\b');
      create type "Odd"."My type" as enum ();`;
    expect((await parse(sql, 'reporting')).shapes).to.deep.equal({
      'type reporting.mood': { kind: 'enum', labels: ['sad', "so'so", 'glücklich', 'a\\b'] },
      'type "Odd"."My type"': { kind: 'enum', labels: [] },
    });
  });

  it('reads the attributes of composites, with types as the server prints them', async () => {
    const written = {
      'numeric(10, 2)[]': 'numeric(10,2)[]',
      'varchar(20)': 'character varying(20)',
      'timestamp(3) with time zone': 'timestamp(3) with time zone',
      time: 'time without time zone',
      'interval day to second(3)': 'interval day to second(3)',
      'interval(2)': 'interval(2)',
      'interval year': 'interval year',
      'bit varying(5)': 'bit varying(5)',
      'public.mood[]': 'public.mood[]',
      int4: 'integer',
    };
    const list = Object.keys(written).map((type, index) => `a${index} ${type}`);
    expect(await shapeOf(`create type pair as (${list.join(', ')}, "B c" text collate "C")`)).to.deep.equal({
      kind: 'composite',
      attributes: [
        ...Object.values(written).map((type, index) => ({ name: `a${index}`, type })),
        { name: 'B c', type: 'text', collation: '"C"' },
      ],
    });
  });

  it('reads base, default and constraints of domains, without comments', async () => {
    expect(
      await shapeOf(`create domain amount as numeric(5) -- money
        default 1 + /* ü */ 2 constraint "no; debt" check (value > 0 -- ever
        ) not null check( value  < 'a  b' )`),
    ).to.deep.equal({
      kind: 'domain',
      base: 'numeric(5)',
      default: '1 + 2',
      notNull: true,
      constraints: [
        { name: 'no; debt', definition: 'CHECK (value > 0 )' },
        { definition: "CHECK ( value < 'a  b' )" },
      ],
    });
    expect(await shapeOf('create domain word as text[] collate "C"')).to.deep.equal({
      kind: 'domain',
      base: 'text[]',
      collation: '"C"',
      notNull: false,
      constraints: [],
    });
  });

  it('keeps only a hash of a range, the same whatever its spaces', async () => {
    const one = await shapeOf('create type span as range (subtype = time)');
    expect(one).to.have.property('kind', 'other');
    expect(await shapeOf('create type span\n  as range -- so\n (subtype = time);')).to.deep.equal(one);
    expect(await shapeOf('create type span as range (subtype = date)')).not.to.deep.equal(one);
  });

  it('finds the types that a text alters after it has made them', async () => {
    const { altered } = await parse(`create type mood as enum ('a'); alter type mood add value 'b';
      create domain d as int; alter domain d set not null; alter domain d rename to e;
      create type pair as (a int); alter type pair add attribute b int; alter type s.pair rename attribute b to c;
      alter type mood owner to somebody; comment on type mood is 'x';`);
    expect(altered).to.deep.equal([
      'type public.mood',
      'domain public.d',
      'domain public.d',
      'type public.pair',
      'type s.pair',
    ]);
  });

  it('refuses what is no SQL', async () => {
    expect(factsOf(await rejectionOf(parse('create type')))).to.include({ code: 'ASSET_SYNTAX' });
  });
});
