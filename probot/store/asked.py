"""Which messages are there already, and may they still be changed? The outbox, looked at by what is about to be said.

The rule: a message that has not gone out is changed where it lies; one that has is changed by an edit, of which only
the newest counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    update,
)

from probot.messages import Message
from probot.store.among import among
from probot.store.records import Outgoing
from probot.store.tables import outbox
from probot.store.together import (
    UNKNOWN,
    ask,
    ask_first,
    ask_value,
    change,
    known,
    learn,
    learn_all,
    shared_by,
    write,
)

Key = tuple[str, str]
"""An assessment and one of its items."""
State = tuple[int | None, str | None, str]
"""The channel's number of a message, the contact it went to, and its state."""
Waiting = tuple[str, str | None, int | None]
"""An edit that has not gone out: its id, the message that it changes, or that one's number."""
_MISSING: State = (None, None, "missing")

WAITING: ColumnElement[str] = literal_column("'waiting'")
SENDING: ColumnElement[str] = literal_column("'sending'")
DEAD: ColumnElement[str] = literal_column("'dead'")
TO_GO: tuple[ColumnElement[str], ...] = (WAITING, SENDING)
"""Word for word as in the indexes, so that they serve: and a value that SQLite has to look at for that would make it
plan the statement anew each time.
"""

# Statements of the hot path are built once: building one anew costs several times what running it does.
_NUMBER_OF = select(outbox.c.number, outbox.c.contact_id, outbox.c.state).where(
    outbox.c.id == bindparam("key")
)
_LAST_ASKING = (
    select(outbox.c.id)
    .where(
        outbox.c.assessment_id == bindparam("assessment"), outbox.c.item == bindparam("asked"),
        outbox.c.kind == "post",
    )
    .order_by(outbox.c.seq.desc())
    .limit(1)
)  # fmt: skip
_EARLIER_ASKING = _LAST_ASKING.where(
    outbox.c.recipient == bindparam("asked_of"), outbox.c.state == "sent", outbox.c.seq < bindparam("before")
)
_STATE = (outbox.c.id, outbox.c.number, outbox.c.contact_id, outbox.c.state)
_ASKING = (
    select(outbox.c.seq, outbox.c.assessment_id, outbox.c.item, outbox.c.recipient, *_STATE)
    .where(
        # Not pairs: for several of them SQLite goes through everything that was ever sent.
        among(outbox.c.assessment_id, "assessments"),
        among(outbox.c.item, "items"),
        outbox.c.kind == "post",
    )
    .order_by(outbox.c.seq)
)
_STILL_HERE = (
    _ASKING.with_only_columns(outbox.c.id).where(outbox.c.state == WAITING).with_for_update(skip_locked=True)
)
_STATES = select(*_STATE).where(among(outbox.c.id, "keys"))
_EDITS = select(outbox.c.recipient, outbox.c.id, outbox.c.edits, outbox.c.edits_number).where(
    among(outbox.c.recipient, "told"),
    outbox.c.state.in_(TO_GO),
    outbox.c.kind == "edit",
    outbox.c.state == WAITING,
)
_OLDER_EDIT = (
    update(outbox)
    .where(
        outbox.c.recipient == bindparam("told"), outbox.c.state.in_(TO_GO), outbox.c.kind == "edit",
        outbox.c.state == WAITING,
        or_(outbox.c.edits == bindparam("of"), outbox.c.edits_number == bindparam("of_number")),
    )
    .values(state="dropped", fault="a newer change")
)  # fmt: skip
_OLD_EDIT = (
    update(outbox)
    .where(outbox.c.id == bindparam("which"), outbox.c.state == WAITING)
    .values(state="dropped", fault="a newer change")
)
_REWRITE = (
    update(outbox)
    .where(and_(outbox.c.id == bindparam("which"), outbox.c.state == WAITING))
    .execution_options(known_stays=True)  # nobody keeps in mind what a message says
)


def number_of(connection: Connection, message_id: str) -> State:
    """The channel's number of a message, the contact it went to, and its state."""
    found = known(connection, "outbox", message_id)
    if found is UNKNOWN:
        row = ask_first(connection, _NUMBER_OF, {"key": message_id})
        found = _MISSING if row is None else (row.number, row.contact_id, row.state)
    state: State = found
    return state


def last_asking(connection: Connection, assessment_id: str, item: str) -> str | None:
    """The newest message that asked the item, so that it can be edited."""
    posts = known(connection, "outbox", (assessment_id, item))
    if posts is not UNKNOWN:
        return posts[-1][2] if posts else None
    newest: str | None = ask_value(connection, _LAST_ASKING, {"assessment": assessment_id, "asked": item})
    return newest


def is_below(connection: Connection, message_id: str, assessment_id: str, item: str) -> bool:
    """Whether a message that has arrived stands further down in its chat than whatever asked the item last."""
    number, contact, _ = number_of(connection, message_id)
    asking = last_asking(connection, assessment_id, item)
    if asking is None or number is None:
        return number is not None
    above, where, _ = number_of(connection, asking)
    return above is None or where != contact or above < number


def asked_last(
    connection: Connection, recipient: str, assessments: Iterable[str], number: int | None = None
) -> str | None:
    """Which of these assessments asked the recipient last; `number`: which one the channel's message of it belongs to."""
    wanted = select(outbox.c.assessment_id).where(
        among(outbox.c.assessment_id, "assessments"), outbox.c.recipient == recipient, outbox.c.kind == "post",
        outbox.c.item.is_not(None), outbox.c.state.in_(("waiting", "sending", "sent")),
    )  # fmt: skip
    if number is not None:
        wanted = wanted.where(outbox.c.number == number)
    newest = wanted.order_by(outbox.c.seq.desc()).limit(1)
    return connection.execute(newest, {"assessments": sorted(assessments)}).scalar()


def said_as(connection: Connection, recipient: str, number: int) -> Key | None:
    """Which assessment and item the channel's message of that number to the recipient is about, if it is about one."""
    wanted = (
        select(outbox.c.assessment_id, outbox.c.item)
        .where(outbox.c.recipient == recipient, outbox.c.number == number, outbox.c.kind == "post")
        .where(outbox.c.assessment_id.is_not(None), outbox.c.item.is_not(None))
        .order_by(outbox.c.seq.desc())
    )
    row = connection.execute(wanted).first()
    return None if row is None else (row.assessment_id, row.item)


def first_number(connection: Connection, assessment_id: str, item: str, contact_id: str) -> int | None:
    """The channel's number of the first message in this chat that asked the item; None if none has arrived there."""
    wanted = select(func.min(outbox.c.number)).where(
        outbox.c.assessment_id == assessment_id, outbox.c.item == item, outbox.c.kind == "post",
        outbox.c.contact_id == contact_id, outbox.c.state == "sent",
    )  # fmt: skip
    return connection.execute(wanted).scalar()


def earlier_asking(connection: Connection, message: Outgoing) -> str | None:
    """The message before `message` that asked the same item and arrived."""
    posts = known(connection, "outbox", (message.assessment_id, message.item))
    if posts is not UNKNOWN:
        arrived = [
            key
            for seq, recipient, key in posts
            if seq is not None and seq < message.seq and recipient == message.recipient
            if number_of(connection, key)[2] == "sent"
        ]
        return arrived[-1] if arrived else None
    same = {"assessment": message.assessment_id, "asked": message.item, "asked_of": message.recipient}
    before: str | None = ask_value(connection, _EARLIER_ASKING, {**same, "before": message.seq})
    return before


def fetch_asking(connection: Connection, asked: Iterable[Key], *, to_change: bool = False) -> None:
    """Read what asked these items at once, for the three above; `to_change`: and for `rewrite`, nobody sends it meanwhile."""
    wanted = sorted(set(asked))
    if not wanted:
        return
    sqlite = connection.dialect.name == "sqlite"
    among = {
        "assessments": sorted({assessment for assessment, _ in wanted}),
        "items": sorted({item for _, item in wanted}),
    }
    here: set[str] = set()
    if to_change and not sqlite:
        here = {row.id for row in ask(connection, _STILL_HERE, among)}
    posts: dict[Key, list[tuple[int | None, str, str]]] = {pair: [] for pair in wanted}
    found: dict[Any, Any] = {**posts}
    for seq, assessment, item, recipient, key, number, contact, state in ask(connection, _ASKING, among):
        asked_it = posts.get((assessment, item))
        if asked_it is None:
            continue
        asked_it.append((seq, recipient, key))
        found[key] = (number, contact, state)
        if to_change:
            found["to change", key] = state == "waiting" if sqlite else key in here
    learn_all(connection, "outbox", found)


def fetch_states(connection: Connection, keys: Iterable[str]) -> None:
    """Read these at once, for `number_of`."""
    wanted = sorted(set(keys))
    rows = ask(connection, _STATES, {"keys": wanted}) if wanted else []
    found = {key: (number, contact, state) for key, number, contact, state in rows}
    learn_all(connection, "outbox", {**dict.fromkeys(wanted, _MISSING), **found})


def fetch_edits(connection: Connection, recipients: Iterable[str]) -> None:
    """Read which edits wait for these at once, for `supersede`."""
    waiting: dict[str, list[Waiting]] = {each: [] for each in recipients}
    for row in ask(connection, _EDITS, {"told": sorted(waiting)}) if waiting else ():
        waiting[row.recipient].append((row.id, row.edits, row.edits_number))
    learn_all(connection, "outbox", {("edits", recipient): edits for recipient, edits in waiting.items()})


def is_put(connection: Connection, message: dict[str, Any]) -> None:
    """A message is put into the outbox: what is known has to know it too."""
    if shared_by(connection) is None:
        return
    key, recipient = message["id"], message["recipient"]
    learn(connection, "outbox", key, (None, None, "waiting"))
    edits = known(connection, "outbox", ("edits", recipient))
    if message["kind"] == "edit" and edits is not UNKNOWN:
        edits.append((key, message["edits"], message["edits_number"]))
    if message["kind"] != "post":
        return
    posts = known(connection, "outbox", (message["assessment_id"], message["item"]))
    if posts is not UNKNOWN:
        posts.append((None, recipient, key))
    shown = known(connection, "outbox", ("posts of", message["alert_id"]))
    if shown is not UNKNOWN:
        put = {name: message[name] for name in ("id", "recipient", "purpose", "lane")}
        shown.append({"seq": None, "number": None, "state": "waiting", **put})


def supersede(connection: Connection, recipient: str, edits: str | None, edits_number: int | None) -> None:
    """Drop an older change of the same message that has not gone out: only the newest state matters."""
    number = edits_number if edits is None else None
    if shared_by(connection) is None:
        change(connection, _OLDER_EDIT, {"told": recipient, "of": edits, "of_number": number})
        return
    waiting = _edits_of(connection, recipient)
    for older in [each for each in waiting if _changes_the_same(each, edits, number)]:
        waiting.remove(older)
        write(connection, _OLD_EDIT, ("message", older[0]), {"which": older[0]})
        learn(connection, "outbox", older[0], (None, None, "dropped"))


def _edits_of(connection: Connection, recipient: str) -> list[Waiting]:
    """Which edits wait for a recipient. Looked up if need be: changing rows would make others' be forgotten."""
    if known(connection, "outbox", ("edits", recipient)) is UNKNOWN:
        fetch_edits(connection, [recipient])
    waiting: list[Waiting] = known(connection, "outbox", ("edits", recipient))
    return waiting


def _changes_the_same(older: Waiting, edits: str | None, number: int | None) -> bool:
    _, of, of_number = older
    return (edits is not None and of == edits) or (number is not None and of_number == number)


def rewrite(connection: Connection, message_id: str, content: Message) -> bool:
    """Change the words of a message that has not gone out yet. False if it has."""
    mine = known(connection, "outbox", ("to change", message_id))
    if mine is UNKNOWN:
        return bool(change(connection, _REWRITE, {"which": message_id, "content": content}))
    if mine:
        write(connection, _REWRITE, ("message", message_id), {"which": message_id, "content": content})
    return bool(mine)
