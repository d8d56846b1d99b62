"""How many rows stand where? Told without going through the table, which grows for as long as the trial lasts.

The rule: each state that is counted has a partial index of its own, which holds no other row.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Table, func, literal_column, select


def by_state(connection: Connection, table: Table, states: Sequence[str]) -> dict[str, int]:
    """How many rows are in each of these states; a state without any is left out."""
    # Word for word as in the indexes: a parameter would have the database go through every row there is.
    each = [
        select(func.count())
        .select_from(table)
        .where(table.c.state == literal_column(f"'{state}'"))
        .scalar_subquery()
        for state in states
    ]
    found = connection.execute(select(*each)).one()
    return {state: number for state, number in zip(states, found, strict=True) if number}


def newest(connection: Connection, table: Table) -> int:
    """The highest number that was ever given; about how many rows there ever were."""
    return int(connection.execute(select(func.max(table.c.seq))).scalar() or 0)
