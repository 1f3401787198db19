"""Chats that moved, and what they are to be told of it"""

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


def downgrade() -> None:
    op.execute("UPDATE chats SET state = 'gone' WHERE state IN ('moved', 'deactivated')")
    op.execute("UPDATE chats SET state = 'kicked' WHERE state IN ('left', 'silenced')")
    with op.batch_alter_table("chats", schema=None) as batch_op:
        batch_op.drop_column("notice")
        batch_op.drop_column("moved_to")
