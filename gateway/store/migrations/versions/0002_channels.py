"""What channels need beside the inbox: how far pollers have come, media to be fetched, how each channel is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of the part that is being migrated."""
    part = context.config.attributes["part"]
    if part in ("inbox", "both"):
        _inbox()
    if part in ("main", "both"):
        _main()


def downgrade() -> None:
    """Drop them: cursors and statistics are lost, no message is."""
    part = context.config.attributes["part"]
    for table in (*(("note", "poll") if part != "main" else ()), *(("channel_hour", "channel_state", "medium") if part != "inbox" else ())):
        op.drop_table(table)


def _inbox() -> None:
    op.create_table(
        "poll",
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("position", sa.String(), nullable=True),
        sa.Column("succeeded", sa.BigInteger(), nullable=True),
        sa.Column("failed", sa.BigInteger(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("channel_id", name="pk_poll"),
    )
    op.create_table(
        "note",
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("channel_id", "name", name="pk_note"),
    )


def _main() -> None:
    op.create_table(
        "medium",
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("jurisdiction_id", sa.String(), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("intake_id", sa.String(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt", sa.BigInteger(), nullable=True),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("log", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", "position", name="pk_medium"),
    )
    op.create_index("ix_medium_due", "medium", ["state", "next_attempt"])
    op.create_table(
        "channel_state",
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("jurisdiction_id", sa.String(), nullable=False),
        sa.Column("last_message", sa.BigInteger(), nullable=True),
        sa.Column("probed", sa.BigInteger(), nullable=True),
        sa.Column("probe_error", sa.String(), nullable=True),
        sa.Column("failing_since", sa.BigInteger(), nullable=True),
        sa.Column("token_expires", sa.BigInteger(), nullable=True),
        sa.Column("backlog", sa.Integer(), nullable=True),
        sa.Column("canary_token", sa.String(), nullable=True),
        sa.Column("canary_sent", sa.BigInteger(), nullable=True),
        sa.Column("canary_seen", sa.BigInteger(), nullable=True),
        sa.Column("canary_seconds", sa.Float(), nullable=True),
        sa.Column("silent_since", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("channel_id", name="pk_channel_state"),
    )
    op.create_table(
        "channel_hour",
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("hour", sa.BigInteger(), nullable=False),
        sa.Column("jurisdiction_id", sa.String(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("channel_id", "hour", name="pk_channel_hour"),
    )
