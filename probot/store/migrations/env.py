"""How does alembic reach the database? Over the connection that `probot.store.migrate` hands it."""

from __future__ import annotations

from alembic import context

from probot.store import tables_alarms, tables_alerts, tables_links, tables_sending, tables_views
from probot.store.tables import metadata

for page in (
    tables_alarms.alarm, tables_alerts.alert_thread, tables_links.wrong_link, tables_sending.sending_log,
    tables_views.appointment,
):  # fmt: skip
    assert page.metadata is metadata  # each page of tables is read before they are compared
connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
