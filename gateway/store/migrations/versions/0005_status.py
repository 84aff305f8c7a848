"""Status back: what each system last said of a request, what was pushed to us, and how each sink's road is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_KNOWN = sa.text("due IS NOT NULL")
_DELIVERED = """
INSERT INTO followed (request_id, sink_id, jurisdiction_id, external_id, status, begun, due, document)
SELECT request_id, sink_id, min(jurisdiction_id), max(external_id), 'open', min(created), max(created), '{}'
FROM delivery WHERE external_id IS NOT NULL AND outbound_id IS NULL GROUP BY request_id, sink_id
"""
"""Requests that were forwarded before: they are followed from now on."""


def upgrade() -> None:
    """Create the tables in the main database."""
    if context.config.attributes["part"] not in ("main", "both"):
        return
    op.create_table(
        "followed",
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("sink_id", sa.String(), nullable=False),
        sa.Column("jurisdiction_id", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("begun", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=True),
        sa.Column("heard", sa.BigInteger(), nullable=True),
        sa.Column("asked", sa.BigInteger(), nullable=True),
        sa.Column("due", sa.BigInteger(), nullable=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("request_id", "sink_id", name="pk_followed"),
    )
    op.create_index("ix_followed_due", "followed", ["sink_id", "due"], sqlite_where=_KNOWN, postgresql_where=_KNOWN)
    op.create_table(
        "status_in",
        sa.Column("id", _ID, nullable=False),
        sa.Column("jurisdiction_id", sa.String(), nullable=False),
        sa.Column("sink_id", sa.String(), nullable=False),
        sa.Column("source_key", sa.LargeBinary(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_status_in"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_status_in_key", "status_in", ["source_key"], unique=True)
    op.create_index("ix_status_in_due", "status_in", ["due"], sqlite_where=_KNOWN, postgresql_where=_KNOWN)
    op.create_table(
        "sink_state",
        sa.Column("sink_id", sa.String(), nullable=False),
        sa.Column("gateway", sa.String(), nullable=False),
        sa.Column("jurisdiction_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("under_way", sa.Integer(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("told", sa.BigInteger(), nullable=False),
        sa.Column("reset", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("sink_id", "gateway", name="pk_sink_state"),
    )
    op.execute(_DELIVERED)


def downgrade() -> None:
    """Drop them: what was pushed and not applied yet is lost."""
    if context.config.attributes["part"] not in ("main", "both"):
        return
    for table in ("sink_state", "status_in", "followed"):
        op.drop_table(table)
