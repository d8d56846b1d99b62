"""Who takes part, who cares for them, and how is each of them reached?

The rule: `contact` is the only door between a person and a chat; everything else asks here, at the moment of use.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Connection, Integer, Select, bindparam, func, insert, select, text, update

from probot.store.among import among
from probot.store.recalled import Recalled
from probot.store.records import Contact, Enrolment, Staff
from probot.store.tables import consent, contact, enrolment, staff
from probot.store.together import UNKNOWN, ask, ask_first, ask_value, forget, known, learn, learn_all, write
from probot.values import EnrolmentId, StaffId, derived_id

_ATTRIBUTES, _ANCHORS, _HOUR = (Enrolment._fields.index(name) for name in ("attributes", "anchors", "hour"))
TEAM = "team"
"""The principal that stands for the care team's chat."""

# ------------------------------------------------------------------------------ participants


def _enrolment(values: list[Any]) -> Enrolment:
    values[_ATTRIBUTES] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in values[_ATTRIBUTES].items()
    }
    values[_ANCHORS] = {name: date.fromisoformat(day) for name, day in values[_ANCHORS].items()}
    values[_HOUR] = time.fromisoformat(values[_HOUR]) if values[_HOUR] else None
    return Enrolment._make(values)


_ENROLMENTS = Recalled([enrolment.c[name] for name in Enrolment._fields], _enrolment)


def enrolment_id(code: str) -> EnrolmentId:
    """The enrolment's id, which follows from the subject code."""
    return EnrolmentId(derived_id("enrolment", code))


def add_enrolment(
    connection: Connection,
    *,
    code: str,
    attributes: Mapping[str, str | tuple[str, ...]],
    anchors: Mapping[str, date],
    zone: str,
    language: str,
    now: datetime,
) -> Enrolment:
    """Add a participant who has been invited."""
    connection.execute(
        insert(enrolment).values(
            id=enrolment_id(code),
            code=code,
            status="invited",
            attributes={
                name: list(value) if isinstance(value, tuple) else value for name, value in attributes.items()
            },
            anchors={name: day.isoformat() for name, day in anchors.items()},
            zone=zone,
            language=language,
            created_at=now,
        )
    )
    found = by_code(connection, code)
    assert found is not None
    return found


def change_enrolment(connection: Connection, key: EnrolmentId, **changes: Any) -> None:
    """Change columns of an enrolment; the caller writes the trail."""
    stored = dict(changes)
    if isinstance(stored.get("hour"), time):
        stored["hour"] = stored["hour"].strftime("%H:%M")
    if "anchors" in stored:
        stored["anchors"] = {name: day.isoformat() for name, day in stored["anchors"].items()}
    write(connection, _CHANGE, ("enrolment", key), {"which": key, **stored})
    for lock in (True, False):
        found = known(connection, "enrolment", (key, lock))
        if isinstance(found, Enrolment):
            learn(connection, "enrolment", (key, lock), found._replace(**changes))


_CHANGE = update(enrolment).where(enrolment.c.id == bindparam("which"))
# Statements of the hot path are built once: building one anew costs several times what running it does.
_BY_ID = select(*_ENROLMENTS.raw).where(enrolment.c.id == bindparam("key"))
_BY_ID_LOCKED = _BY_ID.with_for_update()
_THESE = (
    select(*_ENROLMENTS.raw)
    .where(among(enrolment.c.id, "keys"))
    .order_by(enrolment.c.id)  # whoever locks several does it in one order, or two wait for each other
)
_THESE_LOCKED = _THESE.with_for_update()


def by_id(connection: Connection, key: str, *, lock: bool = False) -> Enrolment | None:
    """The enrolment of that id; `lock`: nobody else changes this participant until the commit."""
    found = known(connection, "enrolment", (key, True))
    if found is UNKNOWN and not lock:
        found = known(connection, "enrolment", (key, False))
    if found is UNKNOWN:
        row = ask_first(connection, _BY_ID_LOCKED if lock else _BY_ID, {"key": key})
        found = None if row is None else _ENROLMENTS.of(connection, row)
        learn(connection, "enrolment", (key, lock), found)
        if lock:
            # They were read while others could change them.
            forget(connection, "assessment", "session", "live", "history", "alert")
    one: Enrolment | None = found
    return one


def fetch_enrolments(connection: Connection, keys: Iterable[str], *, lock: bool = False) -> None:
    """Read these at once, for `by_id`."""
    wanted = sorted(set(keys))
    rows = ask(connection, _THESE_LOCKED if lock else _THESE, {"keys": wanted}) if wanted else ()
    found = {(one.id, lock): one for one in _ENROLMENTS.all(connection, rows)}
    learn_all(connection, "enrolment", {**dict.fromkeys([(key, lock) for key in wanted]), **found})


def by_code(connection: Connection, code: str) -> Enrolment | None:
    """The enrolment with that subject code, letter for letter."""
    row = connection.execute(select(*_ENROLMENTS.raw).where(enrolment.c.code == code)).first()
    return None if row is None else _ENROLMENTS.of(connection, row)


def all_enrolments(connection: Connection) -> Iterator[Enrolment]:
    """Everybody, by subject code."""
    # An option of the statement: one of the connection would outlive this loop, and nothing could be written after it.
    everybody = select(*_ENROLMENTS.raw).order_by(enrolment.c.code).execution_options(yield_per=500)
    for row in connection.execute(everybody):
        yield _ENROLMENTS.of(connection, row)


# Word for word as in the index, or SQLite goes through everybody.
LIVING = text("status IN ('active','paused')")
PAUSED = text("status = 'paused'")


def to_plan(connection: Connection, before: datetime, limit: int) -> list[EnrolmentId]:
    """Who must be planned further ahead, or anew because another version is in force."""
    return [key for (key,) in ask(connection, _TO_PLAN, {"before": before, "most": limit})]


_TO_PLAN = (
    select(enrolment.c.id)
    .where(LIVING, enrolment.c.planned_until < bindparam("before"))
    .order_by(enrolment.c.planned_until)
    .limit(bindparam("most", type_=Integer))
)


def plan_anew(connection: Connection, at: datetime) -> int:
    """Have everybody planned anew (a version was published); how many."""
    return int(connection.execute(update(enrolment).where(LIVING).values(planned_until=at)).rowcount)


def pauses_over(connection: Connection, now: datetime, limit: int) -> list[EnrolmentId]:
    """Whose pause has ended by now."""
    over = (
        select(enrolment.c.id)
        .where(PAUSED, enrolment.c.paused_until <= now)
        .order_by(enrolment.c.paused_until)
        .limit(limit)
    )
    return [row.id for row in connection.execute(over)]


def next_pause_end(connection: Connection) -> datetime | None:
    """When the next pause ends."""
    return connection.execute(select(func.min(enrolment.c.paused_until)).where(PAUSED)).scalar()


def add_consent(
    connection: Connection, *, key: EnrolmentId, version: str, part: str, granted: bool, language: str,
    wording_hash: str, at: datetime,
) -> None:  # fmt: skip
    """Keep one tick of the consent as it was given."""
    connection.execute(
        insert(consent).values(
            id=derived_id("consent", key, version, part, at.isoformat()),
            enrolment_id=key, version=version, part=part, granted=granted, language=language,
            wording_hash=wording_hash, at=at,
        )
    )  # fmt: skip


# ------------------------------------------------------------------------------ staff


def add_staff(
    connection: Connection, *, name: str, role: str, language: str, now: datetime, centre: str = ""
) -> Staff:
    """Add somebody to the care team."""
    person = Staff(StaffId(derived_id("staff", name)), name, role, "invited", language, now, centre)
    connection.execute(
        insert(staff).values(
            id=person.id,
            name=name,
            role=role,
            status="invited",
            language=language,
            created_at=now,
            centre=centre,
        )
    )
    return person


def change_staff(connection: Connection, key: StaffId, **changes: Any) -> None:
    """Change columns of a member of staff; the caller writes the trail."""
    connection.execute(update(staff).where(staff.c.id == key).values(**changes))


# Apart: no row of these tables is ever gathered, so nothing has to be written before they are looked at.
_PERSON = select(staff).where(staff.c.id == bindparam("key")).execution_options(apart=True)
_EVERYBODY = select(staff).order_by(staff.c.name).execution_options(apart=True)
_ACTIVE = _EVERYBODY.where(staff.c.status == "active")
_BOUND_AS = (
    select(contact.c.principal)
    .where(
        contact.c.account == bindparam("of"), contact.c.ended_at.is_(None), contact.c.principal.like("staff:%")
    )
    .execution_options(apart=True)
)  # fmt: skip


def staff_by_id(connection: Connection, key: str) -> Staff | None:
    """The member of staff of that id."""
    found = known(connection, "staff", key)
    if found is UNKNOWN:
        row = ask_first(connection, _PERSON, {"key": key})
        found = None if row is None else Staff(**row._asdict())
        learn(connection, "staff", key, found)
    person: Staff | None = found
    return person


def staff_by_name(connection: Connection, name: str) -> Staff | None:
    """The member of staff of that name."""
    row = connection.execute(select(staff).where(staff.c.name == name)).first()
    return None if row is None else Staff(**row._mapping)  # noqa: SLF001


def active_staff(connection: Connection, *, lock: bool = False) -> list[Staff]:
    """Everybody on the care team who is bound to a chat, by name; `lock`: one at a time may ask so until its commit."""
    if not lock:
        return [person for person in all_staff(connection) if person.status == "active"]
    rows = connection.execute(_ACTIVE.with_for_update())
    return [Staff(**row._mapping) for row in rows]  # noqa: SLF001


def all_staff(connection: Connection) -> list[Staff]:
    """Everybody who was ever on the care team, by name."""
    found = known(connection, "staff", "everybody")
    if found is UNKNOWN:
        found = [Staff(**row._asdict()) for row in ask(connection, _EVERYBODY)]
        learn(connection, "staff", "everybody", found)
    everybody: list[Staff] = found
    return everybody


def staff_of_account(connection: Connection, account: int) -> Staff | None:
    """The active member of staff whose private chat belongs to this account."""
    principal = known(connection, "contact", ("staff", account))
    if principal is UNKNOWN:
        principal = ask_value(connection, _BOUND_AS, {"of": account})
        learn(connection, "contact", ("staff", account), principal)
    if principal is None:
        return None
    person = staff_by_id(connection, principal.removeprefix("staff:"))
    return person if person is not None and person.status == "active" else None


def accounts_of_former_staff(connection: Connection) -> list[int]:
    """The accounts of everybody who has left the care team."""
    left = select(staff.c.id).where(staff.c.status == "left")
    of_staff = func.substr(contact.c.principal, len("staff:") + 1)
    accounts = (
        select(contact.c.account).where(contact.c.principal.like("staff:%"), of_staff.in_(left)).distinct()
    )
    return [row.account for row in connection.execute(accounts) if row.account is not None]


# ------------------------------------------------------------------------------ contacts


def bind(
    connection: Connection, *, principal: str, chat: int, account: int | None, name: str, handle: str,
    language: str, now: datetime,
) -> Contact:  # fmt: skip
    """Tie a principal to a chat; whatever chat it was tied to before is let go in the same breath."""
    unbind(connection, principal, now, "bound to another chat")
    found = Contact(
        derived_id("contact", principal, str(chat), now.isoformat()),
        principal,
        chat,
        account,
        name,
        language,
        now,
    )
    connection.execute(
        insert(contact).values(
            id=found.id, principal=principal, chat=chat, account=account, name=name, handle=handle,
            language=language, bound_at=now,
        )
    )  # fmt: skip
    return found


def unbind(connection: Connection, principal: str, now: datetime, reason: str) -> None:
    """Let a principal's chat go. From this commit on nothing is sent there."""
    connection.execute(
        update(contact)
        .where(contact.c.principal == principal, contact.c.ended_at.is_(None))
        .values(ended_at=now, ended_reason=reason[:64])
    )


def change_contact(connection: Connection, key: str, **changes: Any) -> None:
    """Change a contact (its chat's number after an upgrade, its language)."""
    connection.execute(update(contact).where(contact.c.id == key).values(**changes))


def contact_of(connection: Connection, principal: str) -> Contact | None:
    """How a principal is reached at this moment."""
    return _contact(connection, _CONTACT_OF, principal)


def contact_in(connection: Connection, chat: int) -> Contact | None:
    """Whom a chat belongs to at this moment."""
    return _contact(connection, _CONTACT_IN, chat)


def fetch_contacts_of(connection: Connection, principals: Iterable[str]) -> list[Contact]:
    """Read these at once, for `contact_of`; those that there are."""
    return _fetch_contacts(connection, _CONTACTS_OF, set(principals))


def fetch_contacts_in(connection: Connection, chats: Iterable[int]) -> list[Contact]:
    """Read these at once, for `contact_in`; those that there are."""
    return _fetch_contacts(connection, _CONTACTS_IN, set(chats))


_CONTACTS = Recalled([contact.c[name] for name in Contact._fields], Contact._make)
_CONTACT = select(*_CONTACTS.raw).where(contact.c.ended_at.is_(None)).execution_options(apart=True)
_CONTACT_OF = _CONTACT.where(contact.c.principal == bindparam("which"))
_CONTACT_IN = _CONTACT.where(contact.c.chat == bindparam("which"))
_CONTACTS_OF = _CONTACT.where(among(contact.c.principal, "which"))
_CONTACTS_IN = _CONTACT.where(among(contact.c.chat, "which"))


def _contact(connection: Connection, wanted: Select[Any], which: str | int) -> Contact | None:
    # A principal is text and a chat a number, so one memory serves both.
    found = known(connection, "contact", which)
    if found is UNKNOWN:
        row = ask_first(connection, wanted, {"which": which})
        found = None if row is None else _CONTACTS.of(connection, row)
        learn(connection, "contact", which, found)
    one: Contact | None = found
    return one


def _fetch_contacts(connection: Connection, wanted: Select[Any], which: set[Any]) -> list[Contact]:
    if not which:
        return []
    found = _CONTACTS.all(connection, ask(connection, wanted, {"which": sorted(which)}))
    there = {key: one for one in found for key in (one.principal, one.chat)}
    learn_all(connection, "contact", {**dict.fromkeys(which), **there})
    return found
