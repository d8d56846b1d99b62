"""Which commands are about participants? Taking them in, looking at them, their dates, and their end.

The rule: a link is shown once; a code is all that the command line knows of a participant.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from probot.app.build import new_invitation_token
from probot.app.desk import AsJson, bot_name, ensure_published, many, office, out, say_json, table_of
from probot.app.links import ready_to_draw, show_link
from probot.flows.commands import StopLevel
from probot.schedule.civil import local
from probot.services import invite
from probot.services import withdraw as withdrawing
from probot.services.invite import NotPossible
from probot.services.plan_ahead import whole_plan
from probot.services.turn import Turn
from probot.store import assessments, people
from probot.store.records import Enrolment

PANEL = "Participants"


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command(rich_help_panel=PANEL)(enrol)
    app.command(rich_help_panel=PANEL)(participants)
    app.command(rich_help_panel=PANEL)(plan)
    app.command(rich_help_panel=PANEL)(anchor)
    app.command(rich_help_panel=PANEL)(zone)
    app.command(rich_help_panel=PANEL)(withdraw)


def enrol(
    code: Annotated[str, typer.Argument(metavar="CODE", help="The subject code, such as P-001.")],
    *,
    arm: Annotated[str | None, typer.Option(metavar="NAME", help="The arm, as the study names it.")] = None,
    site: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Site of injury; give it several times, or with commas."),
    ] = None,
    attribute: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="Any other attribute of the study.")
    ] = None,
    anchor: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=DATE", help="A date of the study: treatment_start=2026-03-02."),
    ] = None,
    language: Annotated[
        str | None, typer.Option(metavar="TAG", help="zh or en; the participant may change it.")
    ] = None,
    zone: Annotated[
        str | None,
        typer.Option(metavar="ZONE", help="Time zone, such as Asia/Shanghai; default the study's."),
    ] = None,
    again: Annotated[
        bool,
        typer.Option(
            "--again",
            metavar="",
            help="A new link for somebody enrolled before (another phone, link expired).",
        ),
    ] = False,
    qr: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the QR code to this .svg or .png file too.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Take a participant in: a one-time link and QR code that tie their chat to the code.

    Such as: `probot enrol P-001 --arm control --site oral --language zh --anchor transplant=2026-02-20 --anchor
    treatment_start=2026-03-02`
    """
    drawn = ready_to_draw(qr)
    with office() as (settings, opened):
        ensure_published(settings, opened)
        attributes = {name: _values(value) for name, value in _pairs(attribute or [], "--attribute").items()}
        if arm is not None:
            attributes["arm"] = _values(arm)
        if site:
            attributes["site"] = [one for text in site for one in _values(text)]
        anchors = _pairs(anchor or [], "--anchor")
        bot = bot_name(settings, opened)
        invited = opened.act_now(
            invite.enrol, f"command:enrol:{code}", new_invitation_token(), code, attributes=attributes,
            anchors=anchors, language=language, zone=zone, again=again,
        )  # fmt: skip
        show_link(invited, f"https://t.me/{bot}?start={invited.token}", "code", drawn, as_json=as_json)
        if not as_json:
            out.print("Show it to the participant now; it works once, in one private chat.", markup=False)


def _pairs(written: list[str], option: str) -> dict[str, str]:
    found = {}
    for text in written:
        name, separator, value = text.partition("=")
        if not separator or not name or not value:
            raise NotPossible(f"{option} {text}: write it as NAME=VALUE")
        if name.strip() in found:
            raise NotPossible(f"{option}: {name.strip()} is given twice")
        found[name.strip()] = value.strip()
    return found


def _values(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]


def participants(*, as_json: AsJson = False) -> None:
    """Everybody who was enrolled, with status, dates and how they can be reached (never who they are)."""
    with office(makes=False) as (_, opened):
        found = opened.store.look(lambda connection: list(people.all_enrolments(connection)))
        if as_json:
            say_json([_participant(one) for one in found])
            return
        table = table_of("code", "status", "reach", "language", "attributes", "anchors", "zone", "hour")
        for one in found:
            shown = _participant(one)
            table.add_row(
                one.code, one.status, one.reach, one.language, _joined(shown["attributes"]), _joined(shown["anchors"]),
                one.zone, shown["hour"] or "",
            )  # fmt: skip
        out.print(table)
        out.print(many(len(found), "participant"), markup=False)


def _participant(one: Enrolment) -> dict[str, Any]:
    return {
        "code": one.code, "status": one.status, "reach": one.reach, "language": one.language, "zone": one.zone,
        "hour": one.hour.strftime("%H:%M") if one.hour else None,
        "attributes": {name: list(value) if isinstance(value, tuple) else value for name, value in one.attributes.items()},
        "anchors": {name: day.isoformat() for name, day in one.anchors.items()},
        "enrolled_at": one.created_at, "active_from": one.active_from, "paused_until": one.paused_until,
        "ended_at": one.ended_at, "ended_level": one.ended_level, "ended_reason": one.ended_reason,
    }  # fmt: skip


def _joined(named: dict[str, Any]) -> str:
    return ", ".join(
        f"{name}={'+'.join(value) if isinstance(value, list) else value}" for name, value in named.items()
    )


def plan(
    code: Annotated[str, typer.Argument(metavar="CODE", help="The subject code.")],
    *,
    as_json: AsJson = False,
) -> None:
    """What this participant will be asked, when, in their local time; and what became of what was asked."""
    with office(makes=False) as (_, opened):
        now, versions = opened.clock.now(), opened.studies
        lines = opened.store.look(
            lambda connection: _plan_lines(Turn(connection, versions, now, "plan"), code)
        )
        if as_json:
            say_json(lines)
            return
        table = table_of("day", "timepoint", "asked", "until", "status")
        for line in lines:
            asked, until = (line[name][:16].replace("T", " ") for name in ("asked", "until"))
            table.add_row(line["day"], line["timepoint"], asked, until, f"{line['status']} {line['reason']}")
        out.print(table)
        out.print(f"Hours of {lines[0]['zone']}." if lines else "Nothing is planned.", markup=False)


def _plan_lines(turn: Turn, code: str) -> list[dict[str, str]]:
    enrolment = people.by_code(turn.connection, code)
    if enrolment is None:
        raise NotPossible(f"nobody is enrolled as {code!r}; `probot participants` lists everybody")
    rows = {one.id: one for one in assessments.of_enrolment(turn.connection, enrolment.id)}
    planned = {one.id: one for one in whole_plan(turn.study, enrolment)}
    lines = []
    for key in {**planned, **rows}:
        row, ahead = rows.get(key), planned.get(key)
        shown = row or ahead
        assert shown is not None
        if (
            row is None
            and ahead is not None
            and enrolment.active_from
            and ahead.late_start_until <= enrolment.active_from
        ):
            continue
        lines.append({
            "assessment": str(shown.id), "timepoint": shown.timepoint, "day": shown.day.isoformat(),
            "asked": local(shown.opens_at, enrolment.zone).isoformat(timespec="minutes"),
            "until": local(shown.grace_until, enrolment.zone).isoformat(timespec="minutes"),
            "zone": enrolment.zone, "status": row.status if row else "planned", "reason": row.reason if row else "",
        })  # fmt: skip
    return sorted(lines, key=lambda line: (line["asked"], line["timepoint"]))


def anchor(
    code: Annotated[str, typer.Argument(metavar="CODE", help="The subject code.")],
    date: Annotated[str, typer.Argument(metavar="NAME=DATE", help="Such as treatment_end=2026-03-20.")],
    *,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why, for the trail.")] = "",
    as_json: AsJson = False,
) -> None:
    """Set or correct one of a participant's dates; what is not open yet is planned anew."""
    with office(makes=False) as (_, opened):
        ((name, written),) = _pairs([date], "NAME=DATE").items()
        opened.act_now(invite.set_anchor, f"command:anchor:{code}", code, name, written, reason)
        if as_json:
            say_json({"code": code, "anchor": name, "date": written})
        else:
            out.print(f"{code}: {name} is {written} now; the plan has been made anew.", markup=False)


def zone(
    code: Annotated[str, typer.Argument(metavar="CODE", help="The subject code.")],
    zone: Annotated[str, typer.Argument(metavar="ZONE", help="Such as Europe/Berlin.")],
    *,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why, for the trail.")] = "",
    as_json: AsJson = False,
) -> None:
    """Somebody travels: from now on they are asked by the clocks of another place."""
    with office(makes=False) as (_, opened):
        before = opened.act_now(invite.set_zone, f"command:zone:{code}", code, zone, reason)
        if as_json:
            say_json({"code": code, "zone": zone, "before": before.zone})
        else:
            out.print(
                f"{code} is asked by the clocks of {zone} now; the plan has been made anew.", markup=False
            )


def withdraw(
    code: Annotated[str, typer.Argument(metavar="CODE", help="The subject code.")],
    *,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why, for the trail.")],
    level: Annotated[
        StopLevel,
        typer.Option(help="questions (the team may still ask about an open alert), contact or all."),
    ] = "questions",
    as_json: AsJson = False,
) -> None:
    """End somebody's participation at once: no more questions; open alerts stay with the team."""
    with office(makes=False) as (_, opened):
        done = opened.act_now(withdrawing.by_code, f"command:withdraw:{code}", code, level, reason)
        if as_json:
            say_json({"code": done.code, "status": "withdrawn", "level": level, "reason": reason})
        else:
            out.print(f"{code} is withdrawn ({level}). Nothing more is asked.", markup=False)
