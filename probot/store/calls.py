"""Which messages show an alert, and which of them have not gone out yet? What calls people to it, and is kept current.

The rule: only what waits is taken back; whoever reads along (one transaction for many) reads all of an alert's messages
at once, and knows of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from probot.messages import PLACE
from probot.store import together
from probot.store.among import among
from probot.store.asked import WAITING
from probot.store.records import Outgoing
from probot.store.tables import outbox

OUTSIDE = PLACE["outside"]

Shown = dict[str, Any]
"""A message that shows an alert: its `seq` (None while it is still to be written), `id`, `recipient`, `purpose`, `lane`,
`number` and `state`.
"""

# Statements of the hot path are built once: building one anew costs several times what running it does.
_POSTS = (
    select(
        outbox.c.alert_id, outbox.c.seq, outbox.c.id, outbox.c.recipient, outbox.c.purpose, outbox.c.lane,
        outbox.c.number, outbox.c.state,
    )
    .where(among(outbox.c.alert_id, "keys"), outbox.c.kind == "post")
    .order_by(outbox.c.seq)
)  # fmt: skip
_TAKE_BACK = (
    update(outbox).where(outbox.c.id == bindparam("which"), outbox.c.state == WAITING).values(state="dropped")
)  # fmt: skip


def _posts_of(connection: Connection, alert_id: str) -> list[Shown]:
    """Every message that was ever put to show the alert, in order."""
    found = together.known(connection, "outbox", ("posts of", alert_id))
    if found is together.UNKNOWN:
        found = _read(connection, [alert_id])[alert_id]
    posts: list[Shown] = found
    return posts


def _read(connection: Connection, alerts: Sequence[str]) -> dict[str, list[Shown]]:
    found: dict[str, list[Shown]] = {key: [] for key in alerts}
    for row in together.ask(connection, _POSTS, {"keys": list(alerts)}) if alerts else ():
        found[row.alert_id].append(row._asdict())
    for key, posts in found.items():
        together.learn(connection, "outbox", ("posts of", key), posts)
    return found


def fetch_posts(connection: Connection, alerts: Iterable[str]) -> None:
    """Read what shows these alerts at once, for all that is asked and done here."""
    _read(connection, sorted(set(alerts)))


def nothing_shows(connection: Connection, alert_id: str) -> None:
    """The alert is new: what will show it is still to be put."""
    together.learn(connection, "outbox", ("posts of", alert_id), [])


def posts_of_alert(connection: Connection, alert_id: str) -> list[tuple[str, str]]:
    """The messages that showed an alert, `(message id, recipient)`, so that all of them can be kept current."""
    return [
        (post["id"], post["recipient"])
        for post in _posts_of(connection, alert_id)
        if post["lane"] != OUTSIDE and post["state"] in {"waiting", "sending", "sent"}
    ]


def post_of(connection: Connection, recipient: str, alert_id: str, number: int | None) -> str | None:
    """The message that shows the alert to a recipient as the channel's message of that number."""
    found = (
        post["id"]
        for post in _posts_of(connection, alert_id)
        if post["recipient"] == recipient and post["number"] == number
    )
    return None if number is None else next(found, None)


def earlier_post(connection: Connection, newer: Outgoing) -> str | None:
    """The message of the same alert that arrived before `newer` in the same chat; None if it is the first there."""
    before = [
        post["id"]
        for post in _posts_of(connection, newer.alert_id or "")
        if post["recipient"] == newer.recipient and post["purpose"] == "alert" and post["state"] == "sent"
        if post["seq"] is not None and post["seq"] < newer.seq
    ]
    return before[-1] if before else None


def supersede_alert(connection: Connection, recipient: str, alert_id: str) -> None:
    """Drop older messages that wait to show a recipient this alert: a newer one is about to be put."""
    for post in _posts_of(connection, alert_id):
        if post["recipient"] == recipient:
            _take_back(connection, post, "a newer copy")


def cancel_alert(connection: Connection, alert_id: str, fault: str) -> None:
    """Drop what still waits to call people to an alert that somebody has taken."""
    for post in _posts_of(connection, alert_id):
        _take_back(connection, post, fault)


def _take_back(connection: Connection, post: Shown, fault: str) -> None:
    if post["state"] != "waiting":
        return
    key = post["id"]
    together.write(connection, _TAKE_BACK, ("message", key), {"which": key, "fault": fault})
    post["state"] = "dropped"
    together.learn(connection, "outbox", key, (None, None, "dropped"))
