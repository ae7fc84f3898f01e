import { expect } from 'chai';
import { readContext } from '../../lib/sql/error-context.js';

describe('readContext', () => {
  it('reads who called whom, the innermost first', () => {
    const where = `PL/pgSQL function inner_f(integer) line 4 at RAISE
SQL function "sql_f" statement 2
SQL statement "SELECT sql_f(1)
  + 1"
PL/pgSQL function inline_code_block line 3 at PERFORM`;
    expect(readContext(where).frames).to.deep.equal([
      { kind: 'plpgsql', routine: 'inner_f(integer)', line: 4 },
      { kind: 'sql', routine: 'sql_f', statement: 2 },
      { kind: 'block', line: 3 },
    ]);
  });

  it('reads names and types that are quoted', () => {
    const where = 'PL/pgSQL function s."Weird ""line 3 at"("char",text[]) line 2 at SQL statement';
    expect(readContext(where).frames).to.deep.equal([
      { kind: 'plpgsql', routine: 's."Weird ""line 3 at"("char",text[])', line: 2 },
    ]);
  });

  it('reads contexts without a line', () => {
    expect(readContext('PL/pgSQL function f()').frames).to.deep.equal([
      { kind: 'plpgsql', routine: 'f()', line: undefined },
    ]);
    expect(readContext('PL/pgSQL function f() while casting return value').frames[0]).to.include({
      routine: 'f()',
    });
    expect(readContext('SQL function "f" during startup').frames).to.deep.equal([
      { kind: 'sql', routine: 'f', statement: undefined },
    ]);
    expect(readContext('compilation of PL/pgSQL function "f" near line 3').frames).to.deep.equal([
      { kind: 'plpgsql', routine: 'f', line: 3 },
    ]);
  });

  it('reads the expression that failed, of one line or more', () => {
    const where = 'PL/pgSQL expression "1 /\n 0"\nPL/pgSQL function f() line 2 at RETURN';
    expect(readContext(where).expression).to.equal('1 /\n 0');
    expect(readContext('PL/pgSQL function f() line 2 at RETURN').expression).to.equal(undefined);
  });

  it('understands nothing else', () => {
    expect(readContext('').frames).to.deep.equal([]);
    expect(readContext('PL/pgSQL-Funktion f() Zeile 2 bei RAISE').frames).to.deep.equal([]);
    expect(readContext('COPY t, line 1: "a"').frames).to.deep.equal([]);
  });
});
