"""A watch never takes the id of one that was removed"""

from alembic import op

revision = "0017"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # PostgreSQL's sequences never go back; SQLite would give the highest id again, to which
    # keyboards in chats and alerts on their way still point
    if op.get_bind().dialect.name == "sqlite":
        with op.batch_alter_table(
            "watches", recreate="always", table_kwargs={"sqlite_autoincrement": True}
        ):
            pass


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        with op.batch_alter_table("watches", recreate="always"):
            pass
