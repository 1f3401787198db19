"""What a feed writes for very many chats at once is not looked up row by row"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

# by table: which column refers to the ids of which other table
_KEYS = {"alerts": ("movement_id", "movements"), "chat_queues": ("chat_id", "chats")}


def upgrade() -> None:
    op.drop_index("ix_alerts_movement_id", table_name="alerts")
    for table, (column, _) in _KEYS.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_constraint(f"fk_{table}_{column}", type_="foreignkey")


def downgrade() -> None:
    op.create_index("ix_alerts_movement_id", "alerts", ["movement_id"])
    for table, (column, other) in _KEYS.items():
        op.execute(
            sa.text(
                f"DELETE FROM {table} WHERE NOT EXISTS"  # noqa: S608 - both names stand above
                f" (SELECT 1 FROM {other} WHERE {other}.id = {table}.{column})"
            )
        )
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.create_foreign_key(
                f"fk_{table}_{column}", other, [column], ["id"], ondelete="CASCADE"
            )
