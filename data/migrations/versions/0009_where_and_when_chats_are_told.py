"""Who added the bot where, when a chat is quiet, and who may do what"""

import sqlalchemy as sa
from alembic import op

from data.columns import UtcTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("chats", schema=None) as batch_op:
        batch_op.add_column(sa.Column("title", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("added_by", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("time_zone", sa.String(64), nullable=True))
        batch_op.add_column(sa.Column("quiet_begins", sa.SmallInteger(), nullable=True))
        batch_op.add_column(sa.Column("quiet_ends", sa.SmallInteger(), nullable=True))
        batch_op.add_column(sa.Column("quiet_times", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("digest", sa.String(8), server_default="off", nullable=False))
        batch_op.add_column(sa.Column("digest_at", sa.SmallInteger(), nullable=True))
        batch_op.add_column(sa.Column("digest_due", UtcTime(), nullable=True))
        batch_op.add_column(
            sa.Column("level", sa.String(8), server_default="member", nullable=False)
        )
        batch_op.create_index(
            "ix_chats_added_by",
            ["added_by"],
            unique=False,
            postgresql_where=sa.text("added_by IS NOT NULL"),
            sqlite_where=sa.text("added_by IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_chats_digest_due",
            ["digest_due"],
            unique=False,
            postgresql_where=sa.text("digest_due IS NOT NULL"),
            sqlite_where=sa.text("digest_due IS NOT NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("chats", schema=None) as batch_op:
        batch_op.drop_index("ix_chats_digest_due")
        batch_op.drop_index("ix_chats_added_by")
        for name in (
            "level",
            "digest_due",
            "digest_at",
            "digest",
            "quiet_times",
            "quiet_ends",
            "quiet_begins",
            "time_zone",
            "added_by",
            "title",
        ):
            batch_op.drop_column(name)
