/**
 * A history that Alembic made: its files, and what it left in a database.
 */

/** The revisions of a shop: two branches and a merge, and a line of its own that depends on one of them. */
//    m      merge point
//   / \
//  u   o    users, orders
//   \ /
//    a      account              b   billing, depends on users
export const alembicIds = {
  account: '1975ea83b712',
  users: 'ae1027a6acf',
  orders: '3f2a1c0b9d8e',
  merge: '5c0ffee12345',
  billing: 'b111b111b111',
} as const;

/** The version rows of a database that has all of it. */
export const alembicRows = [alembicIds.merge, alembicIds.billing];

const { account, users, orders, merge, billing } = alembicIds;

export const alembicFiles: Readonly<Record<string, string>> = {
  'alembic/env.py': `from logging.config import fileConfig

from alembic import context

config = context.config


def run_migrations_online() -> None:
    revision = context.get_revision_argument()
`,
  'alembic/versions/__init__.py': 'revision = compute()\n',
  'alembic/versions/__pycache__/stale.py': 'revision = compute()\n',
  [`alembic/versions/${account}_create_account.py`]: `"""create account

Revision ID: ${account}
Revises:
Create Date: 2023-11-08 11:40:27.089406

"""
from alembic import op
import sqlalchemy as sa

# revision identifiers, used by Alembic.
revision = '${account}'
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        'account',
        sa.Column('id', sa.Integer, primary_key=True),
    )


def downgrade():
    op.drop_table('account')
`,
  [`alembic/versions/${users}_add_users.py`]: `"""add users

They can "log in" */ now.

Revision ID: ${users}
Revises: ${account}
Create Date: 2024-01-15 10:23:45.100000

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision: str = "${users}"
down_revision: Union[str, Sequence[str], None] = "${account}"
branch_labels: Union[str, Sequence[str], None] = ("users",)
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table("users", sa.Column("id", sa.Integer))


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_table("users")
`,
  [`alembic/versions/2024/${orders}_add_orders.py`]: `'''add orders

Revision ID: ${orders}
Revises: ${account}
Create Date: 2024-01-16 09:00:00+02:00

'''
import sqlalchemy as sa
from alembic import op

revision: str = '${orders}'
down_revision: str | Sequence[str] | None = '${account}'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute(f"create table orders ({', '.join(columns)})")


def downgrade() -> None:
    op.drop_table('orders')
`,
  [`alembic/versions/2024/${merge}_.py`]: `"""join users and orders

Revision ID: ${merge}
Revises: ${users}, ${orders}
Create Date: 2024-02-01 12:00:00

"""
revision = '${merge}'
down_revision = (
    '${users}',
    '${orders}',  # both
)
branch_labels = None
depends_on = None


def upgrade():
    pass


def downgrade():
    pass
`,
  [`billing/versions/${billing}_start_billing.py`]: `revision = "${billing}"
down_revision = None
branch_labels = ["billing"]
depends_on = ["users"]


def upgrade():
    op.create_table("invoices", sa.Column("id", sa.Integer))


def downgrade():
    op.drop_table("invoices")
`,
};

/** What the run of all of it leaves in an empty database. */
export const alembicSql = `create table alembic_version (
  version_num varchar(32) not null, constraint alembic_version_pkc primary key (version_num));
create table account (id serial primary key);
create table users (id integer);
create table orders (id integer);
create table invoices (id integer);
insert into alembic_version (version_num) values ('${merge}'), ('${billing}')`;
