"""Gives Alembic the connection that ``run.py`` opened."""

from __future__ import annotations

from alembic import context
from sqlmodel import SQLModel

from gateway.store import channel_tables, duplicate_tables, reply_tables, status_tables  # noqa: F401  # they register their tables
from gateway.store.tables import inbox_metadata

_part = context.config.attributes["part"]
_metadata = {"inbox": [inbox_metadata], "main": [SQLModel.metadata], "both": [inbox_metadata, SQLModel.metadata]}[_part]

context.configure(connection=context.config.attributes["connection"], target_metadata=_metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
