import { expect } from 'chai';
import { literal, UnwritableValue } from '../../lib/sql/literal.js';
import { inTimeZone } from '../helpers/time-zone.js';

const nul = String.fromCharCode(0);

describe('literal', () => {
  const expectEach = (cases: readonly (readonly [unknown, string])[]) => {
    for (const [value, written] of cases) expect(literal(value)).to.equal(written);
  };

  it('writes nothing as null', () => {
    expectEach([
      [null, 'null'],
      [undefined, 'null'],
    ]);
  });

  it('quotes numbers, bigints and booleans, so that the server infers their type as it does for the driver', () => {
    expectEach([
      [5, "'5'"],
      [-1.5, "'-1.5'"],
      [-0, "'0'"],
      [1e21, "'1e+21'"],
      [Number.NaN, "'NaN'"],
      [Number.POSITIVE_INFINITY, "'Infinity'"],
      [Number.NEGATIVE_INFINITY, "'-Infinity'"],
      [12345678901234567890n, "'12345678901234567890'"],
      [true, "'true'"],
      [false, "'false'"],
    ]);
  });

  it('doubles quotes, and leaves other characters of a text alone', () => {
    expectEach([
      ['', "''"],
      ["it's", "'it''s'"],
      ['"?" $1 :name $$ -- /*\n\t', '\'"?" $1 :name $$ -- /*\n\t\''],
      ['Grüße 🙂', "'Grüße 🙂'"],
    ]);
  });

  it('writes an escape string for backslashes and control characters alone', () => {
    expectEach([
      ['C:\\temp', "E'C:\\\\temp'"],
      ["\\'", "E'\\\\'''"],
      ['a\r\nb', "E'a\\x0d\nb'"],
      ['\u0001\u007f', "E'\\x01\\x7f'"],
    ]);
  });

  it('writes bytes as bytea, of whatever view', () => {
    expectEach([
      [Buffer.from([0, 255]), "E'\\\\x00ff'::bytea"],
      [new Uint8Array([1]), "E'\\\\x01'::bytea"],
      [new Uint8Array([1, 2, 3]).subarray(1), "E'\\\\x0203'::bytea"],
      [new DataView(new Uint8Array([9]).buffer), "E'\\\\x09'::bytea"],
      [Buffer.alloc(0), "E'\\\\x'::bytea"],
    ]);
  });

  it('writes a date in local time with its offset, as the driver sends it', () => {
    const date = new Date('2026-07-01T12:00:00.007Z');
    const winter = new Date('2026-01-01T02:00:00Z');
    inTimeZone('America/New_York', () =>
      expectEach([
        [date, "'2026-07-01T08:00:00.007-04:00'"],
        [winter, "'2025-12-31T21:00:00.000-05:00'"],
      ]),
    );
    inTimeZone('Asia/Kolkata', () => expectEach([[date, "'2026-07-01T17:30:00.007+05:30'"]]));
  });

  it('counts years as the server does', () => {
    inTimeZone('UTC', () =>
      expectEach([
        [new Date('0001-01-01T00:00:00Z'), "'0001-01-01T00:00:00.000+00:00'"],
        [new Date('0000-03-01T00:00:00Z'), "'0001-03-01T00:00:00.000+00:00 BC'"],
        [new Date('-000043-03-15T00:00:00Z'), "'0044-03-15T00:00:00.000+00:00 BC'"],
        [new Date('+012026-01-01T00:00:00Z'), "'12026-01-01T00:00:00.000+00:00'"],
      ]),
    );
  });

  it('writes lists as the driver does, nested ones as well', () => {
    expectEach([
      [[], "'{}'"],
      [[1, null, undefined, true], '\'{"1",NULL,NULL,"true"}\''],
      [[[1], [], ['a']], '\'{{"1"},{},{"a"}}\''],
      [
        ['it\'s "so"', 'a\\b', 'x\ny', 'null', ''],
        'E\'{"it\'\'s \\\\"so\\\\"","a\\\\\\\\b","x\ny","null",""}\'',
      ],
      [[Buffer.from([255])], 'E\'{"\\\\\\\\xff"}\''],
      [[{ a: 'b' }], 'E\'{"{\\\\"a\\\\":\\\\"b\\\\"}"}\''],
    ]);
    inTimeZone('UTC', () => expectEach([[[new Date(0)], '\'{"1970-01-01T00:00:00.000+00:00"}\'']]));
  });

  it('writes objects as JSON', () => {
    expectEach([
      [{ text: "it's", list: [1] }, '\'{"text":"it\'\'s","list":[1]}\''],
      [{ path: 'a\\b' }, 'E\'{"path":"a\\\\\\\\b"}\''],
      [{ toJSON: () => undefined }, 'null'],
    ]);
  });

  it('writes what toPostgres returns', () => {
    expectEach([
      [{ toPostgres: () => 7 }, "'7'"],
      [{ toPostgres: (prepare: (value: unknown) => unknown) => prepare(['x']) }, '\'{"x"}\''],
      [[{ toPostgres: () => 'in a list' }], '\'{"in a list"}\''],
    ]);
  });

  it('refuses what has no literal', () => {
    const own: unknown[] = [];
    own.push(own);
    const circle: { toPostgres?: () => unknown } = {};
    circle.toPostgres = () => circle;
    const cases: readonly (readonly [unknown, RegExp])[] = [
      [Symbol('x'), /^a symbol has no literal in SQL$/],
      [() => 1, /^a function has no literal in SQL$/],
      [[Symbol('x')], /^a symbol has no literal in SQL$/],
      [new Date(Number.NaN), /^an invalid date has no literal in SQL$/],
      [`a${nul}b`, /^PostgreSQL cannot store a NUL character in a text$/],
      [[`a${nul}b`], /NUL/],
      [{ big: 1n }, /^JSON cannot hold the object: /],
      [own, /^a list that holds itself has no literal in SQL$/],
      [circle, /^the "toPostgres" of an object leads back to it$/],
    ];
    for (const [value, message] of cases)
      expect(() => literal(value), String(message)).to.throw(UnwritableValue, message);
  });
});
