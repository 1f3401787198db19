"""The first tables"""

import sqlalchemy as sa
from alembic import op

import data.columns

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "blocks",
        sa.Column("chain", sa.String(length=32), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", data.columns.Bytes(), nullable=False),
        sa.Column("parent_hash", data.columns.Bytes(), nullable=False),
        sa.Column("time", data.columns.UtcTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("chain", "number", name=op.f("pk_blocks")),
    )
    op.create_table(
        "chain_leases",
        sa.Column("chain", sa.String(length=32), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("until", data.columns.UtcTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("chain", name=op.f("pk_chain_leases")),
    )
    op.create_table(
        "chats",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("state_reason", sa.Text(), nullable=True),
        sa.Column(
            "default_threshold_usd", data.columns.Dollars(precision=96, scale=6), nullable=False
        ),
        sa.Column("muted_until", data.columns.UtcTime(timezone=True), nullable=True),
        sa.Column("created_at", data.columns.UtcTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chats")),
    )
    op.create_table(
        "coverage_gaps",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("chain", sa.String(length=32), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened_at", data.columns.UtcTime(timezone=True), nullable=False),
        sa.Column("closed_at", data.columns.UtcTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coverage_gaps")),
    )
    with op.batch_alter_table("coverage_gaps", schema=None) as batch_op:
        batch_op.create_index("ix_coverage_gaps_chain", ["chain", "opened_at"], unique=False)

    op.create_table(
        "cursors",
        sa.Column("chain", sa.String(length=32), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.Column("block_hash", data.columns.Bytes(), nullable=False),
        sa.Column("block_time", data.columns.UtcTime(timezone=True), nullable=False),
        sa.Column("updated_at", data.columns.UtcTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("chain", name=op.f("pk_cursors")),
    )
    op.create_table(
        "movements",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("chain", sa.String(length=32), nullable=False),
        sa.Column("tx_hash", data.columns.Bytes(), nullable=False),
        sa.Column("address", data.columns.Bytes(), nullable=False),
        sa.Column("tx_index", sa.Integer(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.Column("block_hash", data.columns.Bytes(), nullable=False),
        sa.Column("block_parent_hash", data.columns.Bytes(), nullable=False),
        sa.Column("block_time", data.columns.UtcTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("counterparty", data.columns.Bytes(), nullable=True),
        sa.Column("signed", sa.Boolean(), nullable=False),
        sa.Column("usd", data.columns.Dollars(precision=96, scale=6), nullable=True),
        sa.Column("orphaned_until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_movements")),
        sa.UniqueConstraint(
            "chain", "tx_hash", "address", name=op.f("uq_movements_chain_tx_hash_address")
        ),
    )
    with op.batch_alter_table("movements", schema=None) as batch_op:
        batch_op.create_index(
            "ix_movements_chain_block_number", ["chain", "block_number"], unique=False
        )
        batch_op.create_index(
            "ix_movements_orphaned",
            ["chain", "orphaned_until"],
            unique=False,
            postgresql_where=sa.text("orphaned_until IS NOT NULL"),
            sqlite_where=sa.text("orphaned_until IS NOT NULL"),
        )

    op.create_table(
        "tokens",
        sa.Column("chain", sa.String(length=32), nullable=False),
        sa.Column("address", data.columns.Bytes(), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("decimals", sa.SmallInteger(), nullable=True),
        sa.Column("read_at", data.columns.UtcTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("chain", "address", name=op.f("pk_tokens")),
    )
    op.create_table(
        "chat_queues",
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("due_at", data.columns.UtcTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("lease_owner", sa.String(length=64), nullable=True),
        sa.Column("lease_until", data.columns.UtcTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["chat_id"], ["chats.id"], name=op.f("fk_chat_queues_chat_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("chat_id", name=op.f("pk_chat_queues")),
    )
    with op.batch_alter_table("chat_queues", schema=None) as batch_op:
        batch_op.create_index(
            "ix_chat_queues_priority_due_at", ["priority", "due_at"], unique=False
        )

    op.create_table(
        "legs",
        sa.Column(
            "movement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("token", data.columns.Bytes(), nullable=True),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("decimals", sa.SmallInteger(), nullable=True),
        sa.Column("received", sa.Boolean(), nullable=False),
        sa.Column("amount", data.columns.Amount(precision=78, scale=0), nullable=False),
        sa.Column("price_usd", sa.Text(), nullable=True),
        sa.Column("price_source", sa.String(length=32), nullable=True),
        sa.Column("price_as_of", data.columns.UtcTime(timezone=True), nullable=True),
        sa.Column("price_state", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(
            ["movement_id"], ["movements.id"], name=op.f("fk_legs_movement_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("movement_id", "position", name=op.f("pk_legs")),
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("topic_id", sa.BigInteger(), nullable=False),
        sa.Column("telegram_id", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("shown_revision", sa.Integer(), nullable=False),
        sa.Column("sent_at", data.columns.UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["chat_id"], ["chats.id"], name=op.f("fk_messages_chat_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("chat_id", "telegram_id", name=op.f("uq_messages_chat_id_telegram_id")),
    )
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.create_index(
            "ix_messages_to_edit",
            ["chat_id"],
            unique=False,
            postgresql_where=sa.text("revision > shown_revision"),
            sqlite_where=sa.text("revision > shown_revision"),
        )

    op.create_table(
        "watches",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("topic_id", sa.BigInteger(), nullable=False),
        sa.Column("chain", sa.String(length=32), nullable=True),
        sa.Column("address", data.columns.Bytes(), nullable=True),
        sa.Column("threshold_usd", data.columns.Dollars(precision=96, scale=6), nullable=True),
        sa.Column("threshold_units", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("direction", sa.String(length=8), nullable=False),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("muted_until", data.columns.UtcTime(timezone=True), nullable=True),
        sa.Column("created_at", data.columns.UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["chat_id"], ["chats.id"], name=op.f("fk_watches_chat_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watches")),
        sa.UniqueConstraint("chat_id", "number", name=op.f("uq_watches_chat_id_number")),
    )
    with op.batch_alter_table("watches", schema=None) as batch_op:
        batch_op.create_index("ix_watches_address", ["address"], unique=False)
        batch_op.create_index(
            "ix_watches_feed",
            ["chain", "threshold_usd"],
            unique=False,
            postgresql_where=sa.text("address IS NULL"),
            sqlite_where=sa.text("address IS NULL"),
        )

    op.create_table(
        "alerts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("chain", sa.String(length=32), nullable=False),
        sa.Column("tx_hash", data.columns.Bytes(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("topic_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "movement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("watch_id", sa.BigInteger(), nullable=False),
        sa.Column("others", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column(
            "message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("created_at", data.columns.UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["chat_id"], ["chats.id"], name=op.f("fk_alerts_chat_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name=op.f("fk_alerts_message_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["movement_id"],
            ["movements.id"],
            name=op.f("fk_alerts_movement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sa.UniqueConstraint(
            "chain",
            "tx_hash",
            "chat_id",
            "topic_id",
            name=op.f("uq_alerts_chain_tx_hash_chat_id_topic_id"),
        ),
    )
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.create_index("ix_alerts_message_id", ["message_id"], unique=False)
        batch_op.create_index("ix_alerts_movement_id", ["movement_id"], unique=False)
        batch_op.create_index(
            "ix_alerts_pending",
            ["chat_id", "id"],
            unique=False,
            postgresql_where=sa.text("state = 'pending'"),
            sqlite_where=sa.text("state = 'pending'"),
        )


def downgrade() -> None:
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_alerts_pending",
            postgresql_where=sa.text("state = 'pending'"),
            sqlite_where=sa.text("state = 'pending'"),
        )
        batch_op.drop_index("ix_alerts_movement_id")
        batch_op.drop_index("ix_alerts_message_id")

    op.drop_table("alerts")
    with op.batch_alter_table("watches", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_watches_feed",
            postgresql_where=sa.text("address IS NULL"),
            sqlite_where=sa.text("address IS NULL"),
        )
        batch_op.drop_index("ix_watches_address")

    op.drop_table("watches")
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_messages_to_edit",
            postgresql_where=sa.text("revision > shown_revision"),
            sqlite_where=sa.text("revision > shown_revision"),
        )

    op.drop_table("messages")
    op.drop_table("legs")
    with op.batch_alter_table("chat_queues", schema=None) as batch_op:
        batch_op.drop_index("ix_chat_queues_priority_due_at")

    op.drop_table("chat_queues")
    op.drop_table("tokens")
    with op.batch_alter_table("movements", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_movements_orphaned",
            postgresql_where=sa.text("orphaned_until IS NOT NULL"),
            sqlite_where=sa.text("orphaned_until IS NOT NULL"),
        )
        batch_op.drop_index("ix_movements_chain_block_number")

    op.drop_table("movements")
    op.drop_table("cursors")
    with op.batch_alter_table("coverage_gaps", schema=None) as batch_op:
        batch_op.drop_index("ix_coverage_gaps_chain")

    op.drop_table("coverage_gaps")
    op.drop_table("chats")
    op.drop_table("chain_leases")
    op.drop_table("blocks")
