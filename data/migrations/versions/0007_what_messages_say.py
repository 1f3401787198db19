"""How sure a message says it is, whether it is still there, and who was answered about a reorg"""

import sqlalchemy as sa
from alembic import op

from data.columns import UtcTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("certainty", sa.SmallInteger(), server_default="0", nullable=False)
        )
        batch_op.add_column(
            sa.Column("gone", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("answered_at", UtcTime(), nullable=True))
        batch_op.create_index(
            "ix_alerts_settled",
            ["chat_id", "id"],
            unique=False,
            postgresql_where=sa.text("state NOT IN ('pending', 'held')"),
            sqlite_where=sa.text("state NOT IN ('pending', 'held')"),
        )


def downgrade() -> None:
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.drop_index("ix_alerts_settled")
        batch_op.drop_column("answered_at")
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_column("gone")
        batch_op.drop_column("certainty")
