"""Of alerts only those that have a message are found by it"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_THERE = sa.text("message_id IS NOT NULL")


def upgrade() -> None:
    op.drop_index("ix_alerts_message_id", table_name="alerts")
    op.create_index(
        "ix_alerts_message_id",
        "alerts",
        ["message_id"],
        postgresql_where=_THERE,
        sqlite_where=_THERE,
    )


def downgrade() -> None:
    op.drop_index("ix_alerts_message_id", table_name="alerts")
    op.create_index("ix_alerts_message_id", "alerts", ["message_id"])
