"""The way back: what is said to residents, whom one may write to, shared secrets, deadlines, and where the two sides differ."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables in the main database, and what the outbox needs to carry replies and corrected deliveries."""
    if context.config.attributes["part"] not in ("main", "both"):
        return
    op.create_table(
        "outbound",
        sa.Column("id", _ID, nullable=False),
        sa.Column("jurisdiction_id", sa.String(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=True),
        sa.Column("intake_id", sa.String(), nullable=True),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("contact_key", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=True),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=True),
        sa.Column("answered", sa.String(), nullable=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbound"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbound_contact", "outbound", ["contact_key", "created"])
    op.create_index("ix_outbound_created", "outbound", ["created"])
    op.create_index("ix_outbound_request", "outbound", ["request_id"])
    op.create_index("ix_outbound_message", "outbound", ["message_id"])
    op.create_table(
        "contact",
        sa.Column("jurisdiction_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("opted_out", sa.BigInteger(), nullable=True),
        sa.Column("bounced", sa.BigInteger(), nullable=True),
        sa.Column("bounces", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("verified", sa.BigInteger(), nullable=True),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("jurisdiction_id", "key", name="pk_contact"),
    )
    op.create_table(
        "secret",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_secret"),
    )
    op.create_table(
        "deadline",
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("jurisdiction_id", sa.String(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("request_id", "kind", name="pk_deadline"),
    )
    op.create_index("ix_deadline_due", "deadline", ["done", "due"])
    op.create_table(
        "drift",
        sa.Column("sink_id", sa.String(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("jurisdiction_id", sa.String(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("found", sa.BigInteger(), nullable=False),
        sa.Column("resolved", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("sink_id", "request_id", "kind", name="pk_drift"),
    )
    op.add_column("delivery", sa.Column("outbound_id", sa.BigInteger(), nullable=True))
    op.add_column("delivery", sa.Column("override", sa.Text(), nullable=True))
    op.add_column("delivery", sa.Column("payload", sa.Text(), nullable=True))
    op.create_index(
        "ix_delivery_external",
        "delivery",
        ["sink_id", "external_id"],
        sqlite_where=sa.text("external_id IS NOT NULL"),
        postgresql_where=sa.text("external_id IS NOT NULL"),
    )
    op.create_index(
        "ix_delivery_outbound",
        "delivery",
        ["outbound_id"],
        sqlite_where=sa.text("outbound_id IS NOT NULL"),
        postgresql_where=sa.text("outbound_id IS NOT NULL"),
    )


def downgrade() -> None:
    """Drop them: what was said to residents, their objections included, is lost."""
    if context.config.attributes["part"] not in ("main", "both"):
        return
    op.drop_index("ix_delivery_outbound", "delivery")
    op.drop_index("ix_delivery_external", "delivery")
    for column in ("payload", "override", "outbound_id"):
        op.drop_column("delivery", column)
    for table in ("drift", "deadline", "secret", "contact", "outbound"):
        op.drop_table(table)
