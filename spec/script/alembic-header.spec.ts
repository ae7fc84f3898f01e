import { expect } from 'chai';
import { type AlembicHeader, readAlembicHeader } from '../../lib/script/alembic-header.js';
import { factsOf, thrownBy } from '../helpers/thrown.js';

const empty: AlembicHeader = {
  revision: 'a',
  downRevisions: [],
  branchLabels: [],
  dependsOn: [],
  message: '',
  created: undefined,
};

describe('readAlembicHeader', () => {
  const read = (source: string) => readAlembicHeader(source, 'versions/a.py');

  function expectHeader(source: string, expected: Partial<AlembicHeader> = {}): void {
    expect(read(source), source).to.deep.equal({ ...empty, ...expected });
  }

  it('reads what Alembic writes', () => {
    expectHeader(
      `"""add a column to account

Revision ID: ae1027a6acf
Revises: 1975ea83b712, 3f2a1c0b9d8e
Create Date: 2024-01-15 10:23:45.089406

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision: str = "ae1027a6acf"
down_revision: Union[str, Sequence[str], None] = ("1975ea83b712", "3f2a1c0b9d8e")
branch_labels: Union[str, Sequence[str], None] = ("billing",)
depends_on: Union[str, Sequence[str], None] = "users"


def upgrade() -> None:
    """Upgrade schema."""
    op.add_column("account", sa.Column("last_login", sa.DateTime))
    revision = op.get_context()
`,
      {
        revision: 'ae1027a6acf',
        downRevisions: ['1975ea83b712', '3f2a1c0b9d8e'],
        branchLabels: ['billing'],
        dependsOn: ['users'],
        message: 'add a column to account',
        created: new Date('2024-01-15T10:23:45Z'),
      },
    );
  });

  it('reads older and newer forms of the same', () => {
    expectHeader(`revision = 'a'\ndown_revision = None`);
    expectHeader(`\uFEFFrevision='a';down_revision='b'`, { downRevisions: ['b'] });
    expectHeader(`revision: str = 'a'\r\ndown_revision: str | None = (\r\n  # one\r\n  'b'\r\n)\r\n`, {
      downRevisions: ['b'],
    });
    expectHeader(`revision = 'a'\ndepends_on: "list[str] | None" = ['b', 'c',]\nbranch_labels = {'l'}`, {
      dependsOn: ['b', 'c'],
      branchLabels: ['l'],
    });
    expectHeader(`revision = 'b'\nrevision = 'a'\nbranch_labels: str`);
  });

  it('reads message and date from the docstring', () => {
    const doc = (text: string) => read(`"""${text}"""\nrevision = 'a'`);
    expect(doc('One line\n goes on\n\nRevision ID: a\n')?.message).to.equal('One line goes on');
    expect(doc('Revision ID: a\nRevises: b\n\n')?.message).to.equal('');
    expect(doc('empty message\nRevision ID: a')?.message).to.equal('empty message');
    expect(read(`'''it''s'''\nrevision = 'a'`)?.message).to.equal("it''s");
    const dated = (text: string) => doc(`x\n\nCreate Date: ${text}`)?.created?.toISOString();
    expect(dated('2014-11-20 13:31:50')).to.equal('2014-11-20T13:31:50.000Z');
    expect(dated('2014-11-20 13:31:50.123456+02:00')).to.equal('2014-11-20T11:31:50.000Z');
    expect(dated('2014-11-20T13:31:50-0530')).to.equal('2014-11-20T19:01:50.000Z');
    expect(dated('2014-13-20 13:31:50')).to.equal(undefined);
    expect(dated('yesterday')).to.equal(undefined);
  });

  it('reads nothing that is not said when the module is loaded', () => {
    expect(read('')).to.equal(undefined);
    expect(read(`"""revision = 'a'"""\n# revision = 'b'\nprevious_revision = 'c'`)).to.equal(undefined);
    expectHeader(`revision = 'a'
from app.revision import thing, revision as other
import app.down_revision
def upgrade():
    if True:
        revision = compute()
    down_revision = "no"
async def g(): revision = 3
@cached(revision="no")
class Revision:
    revision = "no"

    def f(self):
        depends_on = "no"
op.thing(revision=revision, depends_on=revision)
if revision == "b":
    pass
x[revision] = 1`);
  });

  it('refuses what it would have to run, with its place', () => {
    const refusal = (source: string) => factsOf(thrownBy(() => read(source)));
    expect(refusal(`revision = 'a'\n\ndown_revision = f"{revision}"`)).to.deep.equal({
      code: 'HEADER_UNREADABLE',
      message: 'the value of "down_revision" cannot be read without running Python',
      where: 'versions/a.py:3:1',
      next: 'write it as a plain literal: a text in quotes, None, or a tuple of texts',
    });
    for (const [source, where] of [
      [`revision = compute()`, '1:1'],
      [`revision = None`, '1:1'],
      [`down_revision = 'b'`, '1:1'],
      [`revision = 'a'\nbranch_labels = LABELS`, '2:1'],
      [`revision, down_revision = 'a', 'b'`, '1:1'],
      [`REVISION = revision = 'a'`, '1:12'],
      [`revision = 'a'\nif x:\n    down_revision = 'b'`, '3:5'],
      [`revision = 'a'\nif x: down_revision = 'b'`, '2:7'],
      [`revision = 'a'\ntry:\n  depends_on = 'b'\nexcept: pass`, '3:3'],
      [`revision = 'a'\nrevision += 'b'`, '2:1'],
      [`revision = 'a'\ndepends_on = ['b']\ndepends_on.append('c')`, '3:1'],
      [`revision = 'a'\ndepends_on[0] = 'c'`, '2:1'],
      [`from heads import (\n  down_revision,\n)\nrevision = 'a'`, '2:3'],
      [`import heads as down_revision\nrevision = 'a'`, '1:17'],
      [`from heads import x as depends_on`, '1:24'],
    ] as const)
      expect(refusal(source), source).to.include({
        code: 'HEADER_UNREADABLE',
        where: `versions/a.py:${where}`,
      });
  });
});
