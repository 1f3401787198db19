"""Alerts that are told later, in a digest, and messages with a picture"""

import sqlalchemy as sa
from alembic import op

from data.columns import UtcTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("chats", schema=None) as batch_op:
        batch_op.add_column(sa.Column("digest_times", sa.Integer(), nullable=True))
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.add_column(sa.Column("occasion", sa.String(8), nullable=True))
        batch_op.add_column(
            sa.Column("pictured", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("deferred_until", UtcTime(), nullable=True))
        batch_op.create_index(
            "ix_alerts_deferred",
            ["chat_id", "deferred_until"],
            unique=False,
            postgresql_where=sa.text("state = 'deferred'"),
            sqlite_where=sa.text("state = 'deferred'"),
        )


def downgrade() -> None:
    # who goes back to a version that knows no digests is told at once
    op.execute("UPDATE alerts SET state = 'pending' WHERE state = 'deferred'")
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.drop_index("ix_alerts_deferred")
        batch_op.drop_column("deferred_until")
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_column("pictured")
        batch_op.drop_column("occasion")
    with op.batch_alter_table("chats", schema=None) as batch_op:
        batch_op.drop_column("digest_times")
