"""Which chat had better be begun first, and who delivers"""

import sqlalchemy as sa
from alembic import op

from data.columns import UtcTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("chat_queues", schema=None) as batch_op:
        batch_op.add_column(sa.Column("start_by", UtcTime(), nullable=True))
    op.execute("UPDATE chat_queues SET start_by = due_at")
    with op.batch_alter_table("chat_queues", schema=None) as batch_op:
        batch_op.alter_column("start_by", existing_type=UtcTime(), nullable=False)
        batch_op.drop_index("ix_chat_queues_due")
        batch_op.create_index("ix_chat_queues_due", ["priority", "start_by"], unique=False)
        batch_op.drop_column("quick")
    op.create_table(
        "delivery_workers",
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("until", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("owner", name=op.f("pk_delivery_workers")),
    )

    op.create_table(
        "send_claims",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("until", UtcTime(), nullable=False),
        sa.Column("telegram_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_send_claims")),
    )


def downgrade() -> None:
    op.drop_table("send_claims")
    op.drop_table("delivery_workers")
    with op.batch_alter_table("chat_queues", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("quick", sa.Boolean(), server_default=sa.true(), nullable=False)
        )
        batch_op.drop_index("ix_chat_queues_due")
        batch_op.create_index("ix_chat_queues_due", ["priority", "quick", "due_at"], unique=False)
        batch_op.drop_column("start_by")
    op.execute("UPDATE chat_queues SET quick = (chat_id > 0)")
