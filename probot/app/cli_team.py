"""Which commands are about the care team? Its people and the group chat that alerts go to.

The rule: whoever is told anything was invited by name, and a chat is tied by somebody who was.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from probot.app.build import new_invitation_token
from probot.app.desk import AsJson, bot_name, ensure_published, office, out, say_json, table_of
from probot.app.links import ready_to_draw, show_link
from probot.services import invite
from probot.store import people

PANEL = "The care team"


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    staff = typer.Typer(help="Invite staff, list them, let them go.", no_args_is_help=True)
    staff.command("invite")(staff_invite)
    staff.command("list")(staff_list)
    staff.command("remove")(staff_remove)
    app.add_typer(staff, name="staff", rich_help_panel=PANEL)
    team = typer.Typer(help="Tie the care team's group chat to the study.", no_args_is_help=True)
    team.command("bind")(team_bind)
    app.add_typer(team, name="team", rich_help_panel=PANEL)


def staff_invite(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="The name the team knows; alerts say who took them.")
    ],
    *,
    role: Annotated[str, typer.Option(metavar="ROLE", help="One of the study's roles, such as nurse.")],
    language: Annotated[str | None, typer.Option(metavar="TAG", help="zh or en.")] = None,
    centre: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Whose participants they hear of, or `all`; where there are several centres."
        ),
    ] = None,
    qr: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the QR code to this .svg or .png file too.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Invite somebody to the care team: prints their one-time link and QR code.

    Such as: `probot staff invite "Mei" --role nurse --language zh`
    """
    drawn = ready_to_draw(qr)
    with office() as (settings, opened):
        ensure_published(settings, opened)
        bot = bot_name(settings, opened)
        invited = opened.act_now(
            invite.invite_staff,
            f"command:staff:{name}",
            new_invitation_token(),
            name,
            role,
            language,
            centre,
        )
        show_link(invited, f"https://t.me/{bot}?start={invited.token}", "name", drawn, as_json=as_json)


def staff_list(*, as_json: AsJson = False) -> None:
    """Everybody on the care team, with role and status."""
    with office(makes=False) as (_, opened):
        found = opened.store.look(people.all_staff)
        if as_json:
            say_json([one._asdict() for one in found])
            return
        several = any(one.centre for one in found)
        table = table_of("name", "role", "status", "language", *(("centre",) if several else ()))
        for one in found:
            place = (one.centre or "all",) if several else ()
            table.add_row(one.name, one.role, one.status, one.language, *place)
        out.print(table)


def staff_remove(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name as it was invited.")],
    *,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why, for the trail.")] = "",
    as_json: AsJson = False,
) -> None:
    """Somebody leaves the care team: from now on they are told nothing."""
    with office(makes=False) as (_, opened):
        opened.act_now(invite.remove_staff, f"command:staff remove:{name}", name, reason)
        if as_json:
            say_json({"name": name, "status": "left"})
            return
        out.print(f"{name} is no longer on the team.", markup=False)


def team_bind(
    *,
    language: Annotated[
        str | None, typer.Option(metavar="TAG", help="Language of the group's messages: zh or en.")
    ] = None,
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
            say_json({"link": link, "token": invited.token, "expires_at": invited.expires_at})
            return
        out.print(link, markup=False)
        out.print(
            "Open it as a member of staff who has taken up an invitation, and choose the care team's group.\n"
            f"Or add the bot to the group and send there: /start {invited.token}\n"
            f"valid until {invited.expires_at:%Y-%m-%d %H:%M} UTC",
            markup=False,
        )
