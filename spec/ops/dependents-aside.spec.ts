import { expect } from 'chai';
import { asideTargets, type DependentsTarget } from '../../lib/ops/dependents-aside.js';

describe('asideTargets', () => {
  it('quotes names as Knex does, but for those of routines', () => {
    const given: readonly DependentsTarget[] = [
      { table: 'builds', column: 'Size "x"' },
      { table: 'Reporting.builds' },
      { view: 'totals' },
      { materializedView: 'reporting.Totals' },
      { type: 'mood' },
      { domain: 'public.percent' },
      { function: 'public.score(integer, text)' },
    ];
    expect(asideTargets(given)).to.deep.equal([
      { table: '"builds"', column: 'Size "x"' },
      { object: 'table "Reporting"."builds"' },
      { object: 'view "totals"' },
      { object: 'materialized view "reporting"."Totals"' },
      { object: 'type "mood"' },
      { object: 'domain "public"."percent"' },
      { object: 'function public.score(integer, text)' },
    ]);
  });

  it('refuses what is no target', () => {
    for (const wrong of [
      {},
      { view: 5 },
      { index: 'a' },
      { view: 'a', column: 'b' },
      { table: 'a', view: 'b' },
      null,
      'builds',
    ])
      expect(() => asideTargets(wrong as unknown as DependentsTarget), JSON.stringify(wrong)).to.throw(
        TypeError,
        /^op\.withDependentsAside takes \{ table, column \}/,
      );
    expect(() => asideTargets([])).to.throw(TypeError, 'at least one target');
  });
});
