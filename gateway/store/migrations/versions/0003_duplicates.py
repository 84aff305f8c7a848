"""What duplicates are found by where there is no position, and what people decided of pairs.

Requests that were stored before have no terms: they are found by their place, as they were.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables in the main database."""
    if context.config.attributes["part"] in ("main", "both"):
        op.create_table(
            "request_term",
            sa.Column("term", sa.BigInteger(), nullable=False),
            sa.Column("request_id", sa.BigInteger(), nullable=False),
            sa.Column("jurisdiction_id", sa.String(), nullable=False),
            sa.PrimaryKeyConstraint("term", "request_id", name="pk_request_term"),
            sqlite_with_rowid=False,
        )
        op.create_table(
            "duplicate_decision",
            sa.Column("request_id", sa.BigInteger(), nullable=False),
            sa.Column("other_id", sa.BigInteger(), nullable=False),
            sa.Column("jurisdiction_id", sa.String(), nullable=False),
            sa.Column("service_code", sa.String(), nullable=False),
            sa.Column("same", sa.Boolean(), nullable=False),
            sa.Column("score", sa.Float(), nullable=False),
            sa.Column("actor", sa.String(), nullable=False),
            sa.Column("at", sa.BigInteger(), nullable=False),
            sa.PrimaryKeyConstraint("request_id", "other_id", name="pk_duplicate_decision"),
        )


def downgrade() -> None:
    """Drop them: what people decided of pairs is lost."""
    if context.config.attributes["part"] in ("main", "both"):
        op.drop_table("duplicate_decision")
        op.drop_table("request_term")
