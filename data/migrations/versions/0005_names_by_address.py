"""Names that look like an address that somebody met are found by it"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("chat_names", schema=None) as batch_op:
        batch_op.create_index("ix_chat_names_address", ["address"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("chat_names", schema=None) as batch_op:
        batch_op.drop_index("ix_chat_names_address")
