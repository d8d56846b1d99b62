"""How does alembic reach the database? Over the connection that `probot.store.migrate` hands it."""

from __future__ import annotations

from alembic import context

from probot.store import tables_alerts
from probot.store.tables import metadata

assert tables_alerts.alert_thread.metadata is metadata  # each page of tables is read before they are compared
connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
