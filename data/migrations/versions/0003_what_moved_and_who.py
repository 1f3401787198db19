"""What moved in more detail, noise, names of a chat's own, and transactions that are followed"""

import sqlalchemy as sa
from alembic import op

import data.columns

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("chats", schema=None) as batch_op:
        for column in ("lookalikes_let_in", "imitations_let_in", "airdrops_let_in"):
            batch_op.add_column(
                sa.Column(column, sa.Boolean(), server_default=sa.false(), nullable=False)
            )
    with op.batch_alter_table("watches", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("unpriced", sa.String(length=16), server_default="ignore", nullable=False)
        )
    with op.batch_alter_table("movements", schema=None) as batch_op:
        batch_op.add_column(sa.Column("venue", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("marks", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("is_contract", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("counterparty_is_contract", sa.Boolean(), nullable=True))
        batch_op.create_index(
            "ix_movements_dealings",
            ["address", "counterparty"],
            unique=False,
            postgresql_where=sa.text("marks IS NULL"),
            sqlite_where=sa.text("marks IS NULL"),
        )
    with op.batch_alter_table("legs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("price_at_most", sa.Text(), nullable=True))
        batch_op.add_column(
            sa.Column("standard", sa.String(length=8), server_default="erc20", nullable=False)
        )
        batch_op.add_column(sa.Column("token_id", data.columns.Amount(), nullable=True))
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("noise", sa.Text(), nullable=True))
    op.create_table(
        "chat_names",
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("chain", sa.String(length=32), nullable=False),
        sa.Column("address", data.columns.Bytes(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["chat_id"], ["chats.id"], name=op.f("fk_chat_names_chat_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("chat_id", "chain", "address", name=op.f("pk_chat_names")),
    )
    op.create_table(
        "pursuits",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("topic_id", sa.BigInteger(), nullable=False),
        sa.Column("telegram_id", sa.BigInteger(), nullable=False),
        sa.Column("tx_hash", data.columns.Bytes(), nullable=False),
        sa.Column("chain", sa.String(length=32), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("shown_revision", sa.Integer(), nullable=False),
        sa.Column("asked_at", data.columns.UtcTime(timezone=True), nullable=False),
        sa.Column("changed_at", data.columns.UtcTime(timezone=True), nullable=False),
        sa.Column("ended_at", data.columns.UtcTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["chat_id"], ["chats.id"], name=op.f("fk_pursuits_chat_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pursuits")),
    )
    with op.batch_alter_table("pursuits", schema=None) as batch_op:
        batch_op.create_index(
            "ix_pursuits_open",
            ["chain"],
            unique=False,
            postgresql_where=sa.text("ended_at IS NULL"),
            sqlite_where=sa.text("ended_at IS NULL"),
        )
        batch_op.create_index(
            "ix_pursuits_to_show",
            ["id"],
            unique=False,
            postgresql_where=sa.text("revision > shown_revision"),
            sqlite_where=sa.text("revision > shown_revision"),
        )


def downgrade() -> None:
    op.drop_table("pursuits")
    op.drop_table("chat_names")
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.drop_column("noise")
    with op.batch_alter_table("legs", schema=None) as batch_op:
        batch_op.drop_column("token_id")
        batch_op.drop_column("standard")
        batch_op.drop_column("price_at_most")
    with op.batch_alter_table("movements", schema=None) as batch_op:
        batch_op.drop_index("ix_movements_dealings")
        batch_op.drop_column("counterparty_is_contract")
        batch_op.drop_column("is_contract")
        batch_op.drop_column("marks")
        batch_op.drop_column("venue")
    with op.batch_alter_table("watches", schema=None) as batch_op:
        batch_op.drop_column("unpriced")
    with op.batch_alter_table("chats", schema=None) as batch_op:
        for column in ("airdrops_let_in", "imitations_let_in", "lookalikes_let_in"):
            batch_op.drop_column(column)
