"""Chats that moved, what they are to be told of it, and who goes first"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("chats", schema=None) as batch_op:
        batch_op.add_column(sa.Column("moved_to", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("notice", sa.Text(), nullable=True))
    with op.batch_alter_table("chat_queues", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("quick", sa.Boolean(), server_default=sa.true(), nullable=False)
        )
        batch_op.drop_index("ix_chat_queues_priority_due_at")
        batch_op.create_index("ix_chat_queues_due", ["priority", "quick", "due_at"], unique=False)
    op.execute("UPDATE chat_queues SET quick = (chat_id > 0)")


def downgrade() -> None:
    with op.batch_alter_table("chat_queues", schema=None) as batch_op:
        batch_op.drop_index("ix_chat_queues_due")
        batch_op.create_index(
            "ix_chat_queues_priority_due_at", ["priority", "due_at"], unique=False
        )
        batch_op.drop_column("quick")
    op.execute("UPDATE chats SET state = 'gone' WHERE state IN ('moved', 'deactivated')")
    op.execute("UPDATE chats SET state = 'kicked' WHERE state IN ('left', 'silenced')")
    with op.batch_alter_table("chats", schema=None) as batch_op:
        batch_op.drop_column("notice")
        batch_op.drop_column("moved_to")
