import { expect } from 'chai';
import type { Operations } from '../../lib/ops/operations.js';
import { sqlScript } from '../../lib/script/sql-script.js';
import { RecordingSink } from '../../lib/sql/statement.js';
import { factsOf, thrownBy } from '../helpers/thrown.js';

const text = `-- two tables
-- revision: a

-- upgrade
create table b (c int);
create table d (e int);

-- downgrade
drop table d;
drop table b;
`;

/** What a section sends, and where its commands stand in the file. */
function sent(sql: string, direction: 'upgrade' | 'downgrade') {
  const sink = new RecordingSink();
  sqlScript(sql, 'migrations/a.sql')[direction]({
    record: (made) => sink.record(made),
  } as Operations);
  return sink.statements;
}

describe('sqlScript', () => {
  it('sends the commands of a section, from the file', () => {
    const [upgrade] = sent(text, 'upgrade');
    expect(upgrade?.commands.map((command) => command.text)).to.deep.equal([
      'create table b (c int)',
      'create table d (e int)',
    ]);
    expect(upgrade?.file).to.equal('migrations/a.sql');
    expect(
      sent(text, 'downgrade').flatMap(({ commands }) => commands.map((each) => each.text)),
    ).to.deep.equal(['drop table d', 'drop table b']);
  });

  it('leaves each line where it stands in the file', () => {
    const [downgrade] = sent(text, 'downgrade');
    expect(downgrade?.text.split('\n').indexOf('drop table d;')).to.equal(
      text.split('\n').indexOf('drop table d;'),
    );
  });

  it('knows sections in any order, in capitals, and with the line ends of Windows', () => {
    const other = '-- revision: a\r\n--DOWNGRADE\r\nselect 2;\r\n--  Upgrade  \r\nselect 1;\r\n';
    expect(sent(other, 'upgrade')[0]?.commands.map((each) => each.text)).to.deep.equal(['select 1']);
    expect(sent(other, 'downgrade')[0]?.commands.map((each) => each.text)).to.deep.equal(['select 2']);
  });

  it('takes a comment before the revision for no section', () => {
    const other = '-- upgrade\n--\n-- revision: a\n\n-- upgrade\nselect 1;\n-- downgrade\nselect 2;\n';
    expect(sent(other, 'upgrade')[0]?.commands.map((each) => each.text)).to.deep.equal(['select 1']);
    expect(sent(other, 'downgrade')[0]?.commands.map((each) => each.text)).to.deep.equal(['select 2']);
  });

  it('sends nothing of an empty section', () => {
    const [empty] = sent('-- upgrade\n-- nothing\n-- downgrade\n', 'upgrade');
    expect(empty?.commands).to.deep.equal([]);
  });

  it('refuses a script without one of the sections', () => {
    expect(factsOf(thrownBy(() => sqlScript('-- upgrade\nselect 1;', 'migrations/a.sql')))).to.deep.equal({
      code: 'SCRIPT_INCOMPLETE',
      message: 'the script has no section "-- downgrade"',
      where: 'migrations/a.sql',
      next: 'add a line `-- downgrade` and the statements below it',
    });
    expect(thrownBy(() => sqlScript('-- downgrade', 'a.sql')).message).to.include('"-- upgrade"');
  });

  it('refuses transaction control at its line in the file', () => {
    const error = thrownBy(() => sent('-- revision: a\n-- upgrade\n  commit;\n-- downgrade\n', 'upgrade'));
    expect([error.code, error.where]).to.deep.equal(['TRANSACTION_CONTROL', 'migrations/a.sql:3:3']);
  });
});
