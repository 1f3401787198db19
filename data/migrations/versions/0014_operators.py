"""Who was told of their level, chains that rest, and what operators tell everybody"""

import sqlalchemy as sa
from alembic import op

from data.columns import UtcTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("chats", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("level_told", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.create_index(
            "ix_chats_level",
            ["level"],
            unique=False,
            postgresql_where=sa.text("level <> 'member'"),
            sqlite_where=sa.text("level <> 'member'"),
        )
    op.create_table(
        "chain_pauses",
        sa.Column("chain", sa.String(length=32), nullable=False),
        sa.Column("paused_by", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("paused_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("chain", name=op.f("pk_chain_pauses")),
    )
    op.create_table(
        "broadcasts",
        sa.Column("id", _Id, nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("begun_at", UtcTime(), nullable=True),
        sa.Column("ended_at", UtcTime(), nullable=True),
        sa.Column("shown_in", sa.BigInteger(), nullable=True),
        sa.Column("shown_at", UtcTime(), nullable=True),
        sa.Column("summed_up", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["chat_id"],
            ["chats.id"],
            name=op.f("fk_broadcasts_chat_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcasts")),
    )
    op.create_table(
        "broadcast_sends",
        sa.Column("broadcast_id", _Id, nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("due_at", UtcTime(), nullable=False),
        sa.Column("lease_until", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["broadcast_id"],
            ["broadcasts.id"],
            name=op.f("fk_broadcast_sends_broadcast_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["chat_id"],
            ["chats.id"],
            name=op.f("fk_broadcast_sends_chat_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("broadcast_id", "chat_id", name=op.f("pk_broadcast_sends")),
    )
    op.create_index(
        "ix_broadcast_sends_waiting",
        "broadcast_sends",
        ["broadcast_id", "due_at"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
        sqlite_where=sa.text("state = 'waiting'"),
    )
    op.create_index("ix_broadcast_sends_chat_id", "broadcast_sends", ["chat_id"], unique=False)


def downgrade() -> None:
    op.drop_table("broadcast_sends")
    op.drop_table("broadcasts")
    op.drop_table("chain_pauses")
    with op.batch_alter_table("chats", schema=None) as batch_op:
        batch_op.drop_index("ix_chats_level")
        batch_op.drop_column("level_told")
