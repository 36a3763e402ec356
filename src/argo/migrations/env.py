"""Runs the migrations on the connection that `argo.migrations` opened."""

from __future__ import annotations

from alembic import context

from argo.schema import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=False)
with context.begin_transaction():
    context.run_migrations()
