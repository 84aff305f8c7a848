"""The first schema: the inbox, and what is made of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables of the part that is being migrated."""
    part = context.config.attributes["part"]
    if part in ("inbox", "both"):
        _inbox()
    if part in ("main", "both"):
        _main()


def downgrade() -> None:
    """Going back would drop messages: restore a backup instead."""
    raise RuntimeError("the first schema cannot be undone; restore a backup")


def _inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("seq", BigId, nullable=False),
        sa.Column("intake_id", sa.String(), nullable=False),
        sa.Column("jurisdiction_id", sa.String(), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("source_key", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("envelope", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("blob", sa.String(), nullable=True),
        sa.Column("held", sa.String(), nullable=True),
        sa.Column("done", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("lease_until", sa.BigInteger(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("seq", name="pk_inbox"),
        sa.UniqueConstraint("source_key", name="uq_inbox_source_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_inbox_books", "inbox", ["channel_id"])
    if op.get_bind().dialect.name == "postgresql":  # only there do several workers claim rows
        op.create_index("ix_inbox_waiting", "inbox", ["seq"], postgresql_where=sa.text("done = 0"))


def _main() -> None:
    op.create_table(
        "api_key",
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("jurisdiction_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("revoked", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("hash", name="pk_api_key"),
    )
    op.create_table(
        "attachment",
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("jurisdiction_id", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("filename", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("seq", "position", name="pk_attachment"),
    )
    op.create_index("ix_attachment_sha256", "attachment", ["sha256"])
    op.create_table(
        "counter",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_counter"),
    )
    op.create_table(
        "cursor",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("jurisdiction_id", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_cursor"),
    )
    op.create_table(
        "delivery",
        sa.Column("id", BigId, nullable=False),
        sa.Column("jurisdiction_id", sa.String(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("sink_id", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("idempotency_key", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("next_attempt", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("token", sa.String(), nullable=True),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("external_url", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("log", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
        sa.UniqueConstraint("idempotency_key", name="uq_delivery_idempotency_key"),
        sqlite_autoincrement=True,
    )
    leased = sa.text("lease_until IS NOT NULL")
    op.create_index("ix_delivery_leased", "delivery", ["lease_until"], sqlite_where=leased, postgresql_where=leased)
    op.create_index("ix_delivery_due", "delivery", ["sink_id", "next_attempt"])
    op.create_index("ix_delivery_request", "delivery", ["request_id", "sink_id", "id"])
    op.create_table(
        "event",
        sa.Column("seq", BigId, nullable=False, autoincrement=False),
        sa.Column("jurisdiction_id", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_event"),
    )
    op.create_index("ix_event_subject", "event", ["subject", "seq"])
    op.create_table(
        "message",
        sa.Column("seq", BigId, nullable=False, autoincrement=False),
        sa.Column("intake_id", sa.String(), nullable=False),
        sa.Column("jurisdiction_id", sa.String(), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("received_datetime", sa.BigInteger(), nullable=False),
        sa.Column("disposition", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("trace", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_message"),
        sa.UniqueConstraint("intake_id", name="uq_message_intake_id"),
    )
    op.create_index("ix_message_books", "message", ["channel_id", "disposition"])
    op.create_index("ix_message_disposition", "message", ["disposition", "seq"])
    op.create_table(
        "message_reference",
        sa.Column("reference", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("jurisdiction_id", sa.String(), nullable=False),
        sa.Column("own", sa.Boolean(), nullable=False),
        sa.Column("sender_key", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("reference", "seq", name="pk_message_reference"),
    )
    op.create_table(
        "party",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("jurisdiction_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_party"),
    )
    op.create_table(
        "party_identifier",
        sa.Column("jurisdiction_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("party_id", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("jurisdiction_id", "kind", "value", "party_id", name="pk_party_identifier"),
    )
    op.create_table(
        "reporter",
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("jurisdiction_id", sa.String(), nullable=False),
        sa.Column("party_id", sa.String(), nullable=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("request_id", "seq", name="pk_reporter"),
    )
    op.create_index("ix_reporter_party_id", "reporter", ["party_id"])
    op.create_table(
        "request_message",
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("jurisdiction_id", sa.String(), nullable=False),
        sa.Column("intake_id", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("request_id", "seq", name="pk_request_message"),
    )
    op.create_index("ix_request_message_seq", "request_message", ["seq"])
    op.create_table(
        "request_place",
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("jurisdiction_id", sa.String(), nullable=False),
        sa.Column("requested_datetime", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("place", "request_id", name="pk_request_place"),
    )
    op.create_table(
        "service_request",
        sa.Column("id", BigId, nullable=False, autoincrement=False),
        sa.Column("service_request_id", sa.String(), nullable=False),
        sa.Column("jurisdiction_id", sa.String(), nullable=False),
        sa.Column("service_code", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("priority", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("requested_datetime", sa.BigInteger(), nullable=False),
        sa.Column("updated_datetime", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_service_request"),
        sa.UniqueConstraint("service_request_id", name="uq_service_request_service_request_id"),
    )
    op.create_index("ix_service_request_requested", "service_request", ["jurisdiction_id", "requested_datetime"])
    op.create_index("ix_service_request_updated", "service_request", ["jurisdiction_id", "updated_datetime"])
    op.create_table(
        "timer",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("jurisdiction_id", sa.String(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_timer"),
    )
