"""Which commands are about what comes of the treatment? `event` records something with its date, `endpoint` looks.

The rule: nobody can enter the endpoint; it is worked out from the answers.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import typer

from probot.app.desk import AsJson, Exit, office, out, say_json, stop, table_of
from probot.services import events, export
from probot.services.export_outcomes import endpoint_rows
from probot.services.invite import NotPossible
from probot.services.turn import Studies, Turn
from probot.store import events as kept
from probot.store import people
from probot.store.events import Recorded

PANEL = "Participants"
WHY = {
    "unknown": "the study has no event {name!r}; it has {known}",
    "future": "{day} is still to come",
    "there_already": "{name} is recorded for {day} already",
    "once": "{name} happens once and is recorded with another day; take that back first: --take-back",
}


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command(rich_help_panel=PANEL)(event)
    app.command(rich_help_panel=PANEL)(endpoint)


def event(
    code: Annotated[str, typer.Argument(metavar="CODE", help="The subject code.")],
    what: Annotated[str, typer.Argument(metavar="NAME=DATE", help="Such as discharge=2026-03-20.")],
    *,
    take_back: Annotated[
        bool, typer.Option("--take-back", metavar="", help="It was recorded by mistake; needs --reason.")
    ] = False,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why, for the trail.")] = "",
    as_json: AsJson = False,
) -> None:
    """Record that something happened on a day, or take that back; an anchor that it sets follows."""
    name, _, written = what.partition("=")
    try:
        day = date.fromisoformat(written)
    except ValueError:
        stop(f"{what!r} is no NAME=DATE; write it as discharge=2026-03-20", Exit.USAGE)
    if take_back and not reason.strip():
        stop("say why: --reason …", Exit.USAGE)
    with office(makes=False) as (_, opened):
        done = opened.act_now(_do, f"command:event:{code}", code, name, day, take_back, reason.strip())
        if as_json:
            say_json(done)
        else:
            verb = "taken back" if take_back else "recorded"
            out.print(f"{code}: {name} on {day} is {verb}.", markup=False)


def _do(turn: Turn, code: str, name: str, day: date, take_back: bool, reason: str) -> dict[str, Any]:
    found = people.by_code(turn.connection, code)
    if found is None:
        raise NotPossible(f"nobody is enrolled as {code!r}")
    enrolment = people.by_id(turn.connection, found.id, lock=True)
    assert enrolment is not None
    said = {"code": code, "event": name, "day": day.isoformat()}
    if take_back:
        there = [one for one in kept.of(turn.connection, enrolment.id) if (one.event, one.day) == (name, day)]
        if not there:
            raise NotPossible(f"{name} is not recorded for {day}")
        events.take_back(turn, enrolment, there[0], reason)
        return {**said, "taken_back": True}
    done = events.record(turn, enrolment, name, day, key=turn.cause)
    if not isinstance(done, Recorded):
        known = ", ".join(turn.study.events) or "none"
        raise NotPossible(WHY[done].format(name=name, day=day, known=known))
    return {**said, "taken_back": False}


def endpoint(
    code: Annotated[
        str | None, typer.Argument(metavar="[CODE]", help="One participant; default everybody.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Who has met the primary endpoint, at which site, since when, and which examinations that rests on."""
    with office(makes=False) as (_, opened):
        if code is not None and opened.store.look(people.by_code, code) is None:
            raise NotPossible(f"nobody is enrolled as {code!r}; `probot participants` lists everybody")
        if opened.store.look(Studies().in_force).endpoint is None:
            raise NotPossible("the study has no `endpoint`")
        rows = opened.store.look(lambda connection: list(endpoint_rows(connection, code)))
        if as_json:
            say_json([{name: export.plain(value) for name, value in row.items()} for row in rows])
            return
        table = table_of("code", "site", "state", "healed", "confirmed", "examined", "grade", "pain", "met")
        for row in rows:
            shown = ("code", "site", "state", "healed_on", "confirmed_on", "day", "grade", "pain")
            met = "baseline" if row.get("counts") is False else export.cell(export.plain(row.get("met")))
            table.add_row(*(export.cell(export.plain(row.get(name))) for name in shown), met)
        out.print(table)
