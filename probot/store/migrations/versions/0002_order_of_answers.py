"""Which answer came first, when several were kept in one commit; and two indexes for looks at what went wrong."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward. What was kept before stays in the order of its commits."""
    op.add_column("response", sa.Column("step", sa.Integer(), server_default="0", nullable=False))
    parked, dead = sa.text("state = 'parked'"), sa.text("state = 'dead'")
    op.create_index("ix_inbox_parked", "inbox", ["seq"], sqlite_where=parked, postgresql_where=parked)
    op.create_index(
        "ix_outbox_dead", "outbox", ["recipient", "seq"], sqlite_where=dead, postgresql_where=dead
    )


def downgrade() -> None:
    """An answer's place in its conversation is not thrown away; a database is taken back by restoring a backup."""
    raise RuntimeError("this schema cannot be taken back; restore a backup instead")
