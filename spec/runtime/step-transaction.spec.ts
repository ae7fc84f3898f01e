import { expect } from 'chai';
import { beginStatements } from '../../lib/runtime/step-transaction.js';

describe('beginStatements', () => {
  it('keeps the id of the transaction until its end, and says at what it works', () => {
    expect(beginStatements(`limbeck upgrade it's`).map(({ text }) => text)).to.deep.equal([
      'begin',
      "select set_config('limbeck.transaction', pg_current_xact_id()::text, true), set_config('application_name', 'limbeck upgrade it''s', true), set_config('limbeck.limits', concat_ws('|', current_setting('application_name'), current_setting('lock_timeout'), current_setting('statement_timeout')), true)",
    ]);
  });

  it('cuts the name where the server would, with a notice', () => {
    expect(beginStatements('x'.repeat(100))[1]?.text).to.include(`'${'x'.repeat(63)}'`);
  });
});
