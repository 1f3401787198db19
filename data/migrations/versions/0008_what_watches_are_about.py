"""Which movements, assets and chains a watch is about"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("watches", schema=None) as batch_op:
        batch_op.add_column(sa.Column("interests", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("only_assets", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("without_assets", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("not_on", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("watches", schema=None) as batch_op:
        batch_op.drop_column("not_on")
        batch_op.drop_column("without_assets")
        batch_op.drop_column("only_assets")
        batch_op.drop_column("interests")
