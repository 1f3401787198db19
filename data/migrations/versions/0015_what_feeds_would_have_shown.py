"""What feeds would have shown, and since when a chain is followed"""

import sqlalchemy as sa
from alembic import op

from data.columns import UtcTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_UNMARKED = sa.text("marks IS NULL")
_MARKED = sa.text("marks IS NOT NULL")
_SHOWN = sa.text("shown_as IS NOT NULL AND orphaned_until IS NULL")


def upgrade() -> None:
    with op.batch_alter_table("movements", schema=None) as batch_op:
        batch_op.add_column(sa.Column("shown_as", sa.SmallInteger(), nullable=True))
        batch_op.drop_index("ix_movements_dealings", postgresql_where=_UNMARKED)
        batch_op.create_index(
            "ix_movements_dealings",
            ["address", "counterparty", "usd"],
            unique=False,
            postgresql_where=_UNMARKED,
            sqlite_where=_UNMARKED,
        )
        batch_op.create_index(
            "ix_movements_marked",
            ["address"],
            unique=False,
            postgresql_where=_MARKED,
            sqlite_where=_MARKED,
        )
        batch_op.create_index(
            "ix_movements_shown",
            ["chain", "usd", "block_time", "shown_as"],
            unique=False,
            postgresql_where=_SHOWN,
            sqlite_where=_SHOWN,
        )
    with op.batch_alter_table("cursors", schema=None) as batch_op:
        batch_op.add_column(sa.Column("begun_at", UtcTime(), nullable=True))
    # what feeds would have shown is only known of what comes from here on
    op.execute("UPDATE cursors SET begun_at = block_time")
    with op.batch_alter_table("cursors", schema=None) as batch_op:
        batch_op.alter_column("begun_at", existing_type=UtcTime(), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("cursors", schema=None) as batch_op:
        batch_op.drop_column("begun_at")
    with op.batch_alter_table("movements", schema=None) as batch_op:
        batch_op.drop_index("ix_movements_shown", postgresql_where=_SHOWN)
        batch_op.drop_index("ix_movements_marked", postgresql_where=_MARKED)
        batch_op.drop_index("ix_movements_dealings", postgresql_where=_UNMARKED)
        batch_op.create_index(
            "ix_movements_dealings",
            ["address", "counterparty"],
            unique=False,
            postgresql_where=_UNMARKED,
            sqlite_where=_UNMARKED,
        )
        batch_op.drop_column("shown_as")
