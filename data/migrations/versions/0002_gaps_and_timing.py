"""Gaps with cursors of their own, held alerts, and blocks that no check could verify"""

import sqlalchemy as sa
from alembic import op

import data.columns

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("chats", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("timing", sa.String(length=16), server_default="instant", nullable=False)
        )
    with op.batch_alter_table("cursors", schema=None) as batch_op:
        batch_op.add_column(sa.Column("safe_number", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("finalized_number", sa.BigInteger(), nullable=True))
    with op.batch_alter_table("coverage_gaps", schema=None) as batch_op:
        batch_op.add_column(sa.Column("next", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("partial", sa.Boolean(), nullable=True))
    op.execute("UPDATE coverage_gaps SET next = first, partial = false")
    with op.batch_alter_table("coverage_gaps", schema=None) as batch_op:
        batch_op.alter_column("next", existing_type=sa.BigInteger(), nullable=False)
        batch_op.alter_column("partial", existing_type=sa.Boolean(), nullable=False)
        batch_op.create_index(
            "ix_coverage_gaps_open",
            ["chain", "id"],
            unique=False,
            postgresql_where=sa.text("closed_at IS NULL"),
            sqlite_where=sa.text("closed_at IS NULL"),
        )
    op.create_table(
        "unverified_blocks",
        sa.Column("chain", sa.String(length=32), nullable=False),
        sa.Column("hash", data.columns.Bytes(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("seen_at", data.columns.UtcTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("chain", "hash", name=op.f("pk_unverified_blocks")),
    )
    with op.batch_alter_table("unverified_blocks", schema=None) as batch_op:
        batch_op.create_index("ix_unverified_blocks_seen_at", ["chain", "seen_at"], unique=False)
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("held_until", sa.BigInteger(), nullable=True))
        batch_op.create_index(
            "ix_alerts_held",
            ["chain", "held_until"],
            unique=False,
            postgresql_where=sa.text("state = 'held'"),
            sqlite_where=sa.text("state = 'held'"),
        )


def downgrade() -> None:
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.drop_index("ix_alerts_held")
        batch_op.drop_column("held_until")
    op.drop_table("unverified_blocks")
    with op.batch_alter_table("coverage_gaps", schema=None) as batch_op:
        batch_op.drop_index("ix_coverage_gaps_open")
        batch_op.drop_column("partial")
        batch_op.drop_column("next")
    with op.batch_alter_table("cursors", schema=None) as batch_op:
        batch_op.drop_column("finalized_number")
        batch_op.drop_column("safe_number")
    with op.batch_alter_table("chats", schema=None) as batch_op:
        batch_op.drop_column("timing")
