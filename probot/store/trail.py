"""Who did what, when, and why? The audit trail: rows are added, and nothing else ever happens to them.

The rule: every change of a record goes down in the same transaction as the change itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from probot import __version__
from probot.store import together
from probot.store.tables import audit

APPEND_ONLY: tuple[str, ...] = (
    "audit",
    "response",
    "consent",
    "alert_event",
    "adverse_version",
    "adverse_deed",
    "publication",
    "study_version",
)
"""Tables whose rows the database itself refuses to change or delete."""

_ADD = insert(audit)


def record(
    connection: Connection,
    *,
    at: datetime,
    actor: str,
    role: str,
    action: str,
    object: str,  # noqa: A002 -- the word that the trail uses
    object_id: str,
    code: str = "",
    field: str = "",
    old: Any = None,
    new: Any = None,
    reason: str = "",
    study_hash: str = "",
    cause: str = "",
) -> None:
    """Add one row. `old` and `new` are JSON values; `code` is the participant's subject code, if any."""
    together.write(
        connection,
        _ADD,
        "audit",
        {
            "at": at, "actor": actor, "role": role, "action": action, "object": object, "object_id": object_id,
            "code": code, "field": field, "old": old, "new": new, "reason": reason, "study_hash": study_hash,
            "software": __version__, "cause": cause,
        },
    )  # fmt: skip


def rows(connection: Connection, code: str | None = None) -> Iterator[dict[str, Any]]:
    """The trail in order, whole or of one participant."""
    wanted = select(audit).order_by(audit.c.seq)
    if code is not None:
        wanted = wanted.where(audit.c.code == code)
    for row in connection.execute(wanted.execution_options(yield_per=1000)):
        yield dict(row._mapping)  # noqa: SLF001 -- SQLAlchemy's documented way to a mapping


def guard_statements(dialect: str) -> list[str]:
    """SQL that makes the append-only tables refuse UPDATE and DELETE, for the migration that creates them."""
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for table in APPEND_ONLY
            for verb in ("UPDATE", "DELETE")
        ]
    function = (
        "CREATE FUNCTION probot_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    return [
        function,
        *(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION probot_append_only()"
            for table in APPEND_ONLY
        ),
    ]
