"""Which commands are about people? Participants, staff and the care team's chat.

The rule: a link is shown once; a code is all that the command line knows of a participant.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import segno
import typer
from rich.table import Table

from probot.app.build import new_invitation_token
from probot.app.desk import Exit, bot_name, ensure_published, office, out, say_json, stop
from probot.flows.commands import StopLevel
from probot.schedule.civil import local
from probot.services import invite
from probot.services import withdraw as withdrawing
from probot.services.invite import Invited, NotPossible
from probot.services.plan_ahead import whole_plan
from probot.services.turn import Turn
from probot.store import assessments, people
from probot.store.records import Enrolment

PANEL = "Participants"
TEAM_PANEL = "The care team"
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON value.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command(rich_help_panel=PANEL)(enrol)
    app.command(rich_help_panel=PANEL)(participants)
    app.command(rich_help_panel=PANEL)(plan)
    app.command(rich_help_panel=PANEL)(anchor)
    app.command(rich_help_panel=PANEL)(withdraw)
    staff = typer.Typer(help="Invite staff, list them, let them go.", no_args_is_help=True)
    staff.command("invite")(staff_invite)
    staff.command("list")(staff_list)
    staff.command("remove")(staff_remove)
    app.add_typer(staff, name="staff", rich_help_panel=TEAM_PANEL)
    team = typer.Typer(help="Tie the care team's group chat to the study.", no_args_is_help=True)
    team.command("bind")(team_bind)
    app.add_typer(team, name="team", rich_help_panel=TEAM_PANEL)


# ------------------------------------------------------------------------------ participants


def enrol(
    code: Annotated[str, typer.Argument(help="The subject code, such as P-001.")],
    *,
    arm: Annotated[str | None, typer.Option(help="The arm, as the study names it.")] = None,
    site: Annotated[
        list[str] | None, typer.Option(help="Site of injury; several times, or with commas.")
    ] = None,
    attribute: Annotated[list[str] | None, typer.Option(help="Any other attribute: NAME=VALUE.")] = None,
    anchor: Annotated[list[str] | None, typer.Option(help="A date: NAME=YYYY-MM-DD; several times.")] = None,
    language: Annotated[str | None, typer.Option(help="zh or en; the participant may change it.")] = None,
    zone: Annotated[str | None, typer.Option(help="Time zone; default the study's.")] = None,
    again: Annotated[bool, typer.Option("--again", help="A new link for somebody enrolled before.")] = False,
    qr: Annotated[Path | None, typer.Option(help="Write the QR code to this .svg or .png file too.")] = None,
    as_json: AsJson = False,
) -> None:
    """Take a participant in: prints the one-time link that ties their private chat to the subject code."""
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
        _show_link(invited, f"https://t.me/{bot}?start={invited.token}", "code", qr, as_json=as_json)
        if not as_json:
            out.print("Show it to the participant now; it works once, in one private chat.", markup=False)


def _pairs(written: list[str], option: str) -> dict[str, str]:
    found = {}
    for text in written:
        name, separator, value = text.partition("=")
        if not separator or not name or not value:
            raise NotPossible(f"{option} {text}: write it as NAME=VALUE")
        found[name.strip()] = value.strip()
    return found


def _values(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]


def _show_link(invited: Invited, link: str, subject: str, qr: Path | None, *, as_json: bool) -> None:
    code = segno.make(link, error="m")
    if qr is not None:
        if qr.suffix not in {".svg", ".png"}:
            stop(f"{qr}: a QR code can be written as .svg or .png", Exit.USAGE)
        code.save(str(qr), scale=8)
    if as_json:
        say_json({
            subject: invited.subject, "link": link, "token": invited.token,
            "expires_at": invited.expires_at.isoformat(),
        })  # fmt: skip
        return
    out.print(f"{invited.subject}  {link}", markup=False)
    out.print(f"valid until {invited.expires_at:%Y-%m-%d %H:%M} UTC", markup=False)
    if out.is_terminal:
        code.terminal(compact=True)


def participants(*, as_json: AsJson = False) -> None:
    """Everybody who was enrolled, with status, dates and how they can be reached (never who they are)."""
    with office() as (_, opened):
        found = opened.store.transact(lambda connection: list(people.all_enrolments(connection)))
        if as_json:
            say_json([_participant(one) for one in found])
            return
        table = Table(
            "code", "status", "reach", "language", "attributes", "anchors", "zone", "hour", box=None
        )
        for one in found:
            shown = _participant(one)
            table.add_row(
                one.code, one.status, one.reach, one.language, _joined(shown["attributes"]), _joined(shown["anchors"]),
                one.zone, shown["hour"] or "",
            )  # fmt: skip
        out.print(table)
        out.print(f"{len(found)} participants", markup=False)


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
    code: Annotated[str, typer.Argument(help="The subject code.")],
    *,
    as_json: AsJson = False,
) -> None:
    """What this participant will be asked, when, in their local time; and what became of what was asked."""
    with office() as (_, opened):
        lines = opened.act_now(_plan_lines, f"command:plan:{code}", code)
        if as_json:
            say_json(lines)
            return
        table = Table("day", "timepoint", "asked", "until", "status", box=None)
        for line in lines:
            table.add_row(
                line["day"], line["timepoint"], line["asked"][:16], line["until"][:16], line["status"]
            )
        out.print(table)


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
    code: Annotated[str, typer.Argument(help="The subject code.")],
    date: Annotated[str, typer.Argument(help="NAME=YYYY-MM-DD, such as treatment_end=2026-03-20.")],
    *,
    reason: Annotated[str, typer.Option(help="Why, for the trail.")] = "",
    as_json: AsJson = False,
) -> None:
    """Set or correct one of a participant's dates; what is not open yet is planned anew."""
    with office() as (_, opened):
        ((name, written),) = _pairs([date], "NAME=DATE").items()
        opened.act_now(invite.set_anchor, f"command:anchor:{code}", code, name, written, reason)
        if as_json:
            say_json({"code": code, "anchor": name, "date": written})
        else:
            out.print(f"{code}: {name} is {written} now; the plan has been made anew.", markup=False)


def withdraw(
    code: Annotated[str, typer.Argument(help="The subject code.")],
    *,
    reason: Annotated[str, typer.Option(help="Why, for the trail.")],
    level: Annotated[
        StopLevel, typer.Option(help="questions, contact or all: what is withdrawn.")
    ] = "questions",
    as_json: AsJson = False,
) -> None:
    """End somebody's participation at once: no more questions; open alerts stay with the team."""
    with office() as (_, opened):
        done = opened.act_now(withdrawing.by_code, f"command:withdraw:{code}", code, level, reason)
        if as_json:
            say_json({"code": done.code, "status": "withdrawn", "level": level, "reason": reason})
        else:
            out.print(f"{code} is withdrawn ({level}). Nothing more is asked.", markup=False)


# ------------------------------------------------------------------------------ staff and team


def staff_invite(
    name: Annotated[str, typer.Argument(help="The name the team knows; alerts say who took them.")],
    *,
    role: Annotated[str, typer.Option(help="One of the study's roles.")],
    language: Annotated[str | None, typer.Option(help="zh or en.")] = None,
    qr: Annotated[Path | None, typer.Option(help="Write the QR code to this .svg or .png file too.")] = None,
    as_json: AsJson = False,
) -> None:
    """Invite somebody to the care team: prints their one-time link."""
    with office() as (settings, opened):
        ensure_published(settings, opened)
        bot = bot_name(settings, opened)
        invited = opened.act_now(
            invite.invite_staff, f"command:staff:{name}", new_invitation_token(), name, role, language
        )
        _show_link(invited, f"https://t.me/{bot}?start={invited.token}", "name", qr, as_json=as_json)


def staff_list(*, as_json: AsJson = False) -> None:
    """Everybody on the care team, with role and status."""
    with office() as (_, opened):
        found = opened.store.transact(people.all_staff)
        if as_json:
            say_json([asdict(one) for one in found])
            return
        table = Table("name", "role", "status", "language", box=None)
        for one in found:
            table.add_row(one.name, one.role, one.status, one.language)
        out.print(table)


def staff_remove(
    name: Annotated[str, typer.Argument(help="The name as it was invited.")],
    *,
    reason: Annotated[str, typer.Option(help="Why, for the trail.")] = "",
) -> None:
    """Somebody leaves the care team: from now on they are told nothing."""
    with office() as (_, opened):
        opened.act_now(invite.remove_staff, f"command:staff remove:{name}", name, reason)
        out.print(f"{name} is no longer on the team.", markup=False)


def team_bind(
    *,
    language: Annotated[str | None, typer.Option(help="Language of the group's messages: zh or en.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make the link that ties the care team's group to the study.

    A member of staff who is bound already opens it and chooses the group; anybody else's attempt is refused.
    """
    with office() as (settings, opened):
        ensure_published(settings, opened)
        bot = bot_name(settings, opened)
        invited = opened.act_now(invite.invite_team, "command:team bind", new_invitation_token(), language)
        link = f"https://t.me/{bot}?startgroup={invited.token}"
        if as_json:
            say_json({"link": link, "token": invited.token, "expires_at": invited.expires_at.isoformat()})
            return
        out.print(link, markup=False)
        out.print(
            "Open it as a member of staff who has taken up an invitation, and choose the care team's group.\n"
            f"Or add the bot to the group and send there: /start {invited.token}\n"
            f"valid until {invited.expires_at:%Y-%m-%d %H:%M} UTC",
            markup=False,
        )
