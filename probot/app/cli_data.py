"""Which commands are about data and health? `export`, `status`, `retry` and `migrate`.

The rule: an export is complete and coded, and keeps nobody waiting; `status` answers whether alerts would arrive.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import IO, Annotated, Literal

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn

from probot.app.desk import AsJson, Exit, err, many, office, out, say_json, stop, warn_of_little
from probot.services import export as exporting
from probot.services import retry as retrying
from probot.services.export import COLUMNS, Row, What
from probot.services.watch import Status
from probot.services.watch import status as look
from probot.store.migrate import current
from probot.store.room import room_in, room_of

PANEL = "Data and health"
BOM = "\ufeff"
"""Spreadsheets read a CSV file as UTF-8 only with this in front."""


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command(rich_help_panel=PANEL)(export)
    app.command(rich_help_panel=PANEL)(status)
    app.command(rich_help_panel=PANEL)(retry)
    app.command(rich_help_panel=PANEL)(migrate)


def export(
    what: Annotated[
        What,
        typer.Argument(
            metavar="WHAT", help="responses, assessments, alerts, adverse-events, events, endpoint or audit."
        ),
    ],
    *,
    form: Annotated[
        Literal["csv", "jsonl"],
        typer.Option("--format", help="csv opens in a spreadsheet; jsonl has one JSON object a line."),
    ] = "csv",
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FILE", help="Write to this file; default standard output.")
    ] = None,
) -> None:
    """Write every answer, expected assessment, alert, adverse event, dated event, the endpoint, or the trail.

    Rows bear the subject code and nothing that names a person. A running probot is not kept waiting.
    """
    with office(makes=False) as (settings, opened):
        with opened.store.reading() as connection, _target(to) as file:
            rows = _counted_aloud(exporting.rows(connection, what), what)
            written = _write_csv(file, COLUMNS[what], rows) if form == "csv" else _write_lines(file, rows)
        if to is not None:
            warn_of_little(room_in(to.absolute().parent, settings.least))
    err.print(f"{written} {what} written{f' to {to}' if to else ''}.", markup=False)


@contextmanager
def _target(to: Path | None) -> Iterator[IO[str]]:
    """Where it is written, in UTF-8. A file appears whole or not at all."""
    if to is None:
        out_of_here = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="")
        yield out_of_here
        out_of_here.flush()
        out_of_here.detach()
        return
    draft = to.with_name(f".{to.name}.part")
    try:
        with draft.open("w", encoding="utf-8", newline="") as file:
            yield file
        draft.replace(to)
    except OSError as error:
        stop(f"{to}: {error.strerror}", Exit.NOT_POSSIBLE)
    finally:
        draft.unlink(missing_ok=True)


def _counted_aloud(rows: Iterator[Row], what: str) -> Iterator[Row]:
    """The rows, with their number shown on a terminal while they pass."""
    if not err.is_terminal:
        yield from rows
        return
    columns = (SpinnerColumn(), TextColumn("{task.completed} {task.description}"))
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task(what, total=None)
        for row in rows:
            progress.advance(task)
            yield row


def _write_csv(file: IO[str], columns: Iterable[str], rows: Iterable[Row]) -> int:
    file.write(BOM)
    writer = csv.writer(file)
    writer.writerow(columns)
    written = 0
    for row in rows:
        writer.writerow([exporting.cell(value) for value in row.values()])
        written += 1
    return written


def _write_lines(file: IO[str], rows: Iterable[Row]) -> int:
    written = 0
    for row in rows:
        values = {column: exporting.plain(value) for column, value in row.items()}
        file.write(json.dumps(values, ensure_ascii=False) + "\n")
        written += 1
    return written


def status(
    *,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", metavar="", help="End with 5 when something is wrong.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Is everything alive, and when was Telegram last heard?"""
    with office(makes=False) as (settings, opened):
        room = room_of(opened.store.url, settings.least)
        found = opened.store.look(look, opened.clock.now(), None, room)
        if as_json:
            say_json({**asdict(found), "well": found.well})
        else:
            _show(found)
        if exit_code and not found.well:
            raise typer.Exit(Exit.NOT_WELL)


def _show(found: Status) -> None:
    named = {
        "Telegram heard": _ago(found.now, found.telegram_heard),
        "due looked at": _ago(found.now, found.looked),
        "bot": f"@{found.bot}" if found.bot else "not known yet",
        "study in force": (found.study or "none")[:12],
        "participants": _counted(found.participants),
        "alerts": f"{found.open_alerts} open, {found.unacknowledged} of them taken by nobody",
        "updates": f"{found.arrived} ever; not handled: {_counted(found.inbox)}",
        "messages": f"{found.put} ever; not sent: {_counted(found.outbox)}",
        "last backup": f"{found.backup:%Y-%m-%d %H:%M} UTC" if found.backup else "none by `probot backup`",
        "links": f"{found.links_in_vain} that do not exist were tried in the last day",
        "disk": str(found.room or "not watched: PostgreSQL keeps its own"),
        "care team": f"{'group bound' if found.team_bound else 'no group bound'}, {found.staff} staff",
    }
    for name, value in named.items():
        out.print(f"{name:>16}  {value}", markup=False)
    for fact in found.paths:
        last = (
            "nothing sent yet"
            if fact.last_success is None
            else f"last arrived {fact.last_success:%Y-%m-%d %H:%M} UTC"
        )
        fault = f"; {fact.fault}" if fact.fault else ""
        out.print(f"{'path':>16}  {fact.name} ({fact.by}): {last}{fault}", markup=False)
    if found.heartbeat is not None:
        out.print(f"{'heartbeat':>16}  {found.heartbeat:%Y-%m-%d %H:%M} UTC", markup=False)
    out.print(f"{'ready':>16}  {'yes' if found.ready else 'no'}", markup=False)
    for problem in found.problems:
        out.print(f"{'WRONG':>16}  {problem}", markup=False, style="red")
    if found.well:
        out.print(f"{'':>16}  all is well", markup=False)


def _ago(now: datetime, at: datetime | None) -> str:
    return "never" if at is None else f"{max(0, int((now - at).total_seconds()))} s ago"


def _counted(named: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(named.items())) or "none"


def retry(
    numbers: Annotated[
        list[int] | None, typer.Argument(metavar="[NUMBER …]", help="Only these; the numbers are Telegram's.")
    ] = None,
    *,
    only_list: Annotated[
        bool, typer.Option("--list", metavar="", help="Show what was put aside, and change nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Try updates again that could not be handled and were put aside."""
    with office(makes=False) as (_, opened):
        if only_list:
            found = opened.act_now(retrying.parked, "command:parked")
        else:
            found = opened.act_now(retrying.retry, "command:retry", numbers or ())
    if as_json:
        say_json(
            [
                {"update": each.update_id, "received_at": each.received_at, "fault": each.fault}
                for each in found
            ]
        )
        return
    for each in found:
        out.print(
            f"{each.update_id}  received {each.received_at:%Y-%m-%d %H:%M} UTC, failed: {each.fault}",
            markup=False,
        )
    said = "put aside" if only_list else "will be tried again"
    out.print(f"{many(len(found), 'update')} {said}.", markup=False)


def migrate(*, as_json: AsJson = False) -> None:
    """Bring the database to the newest schema. Every command does it by itself; this one does nothing else."""
    with office() as (_, opened):
        revision = opened.store.look(current)
    if as_json:
        say_json({"revision": revision})
    else:
        out.print(f"The database is at schema {revision}.", markup=False)
