"""Which commands does a member of staff see in their own chat? Theirs, and not a participant's.

The rule: one message for each list of commands and language, so that it is set again only when it has changed.
"""

from __future__ import annotations

from probot.flows.commands import staff_menus
from probot.messages import Message
from probot.services.turn import Turn
from probot.store import outbox, people
from probot.store.records import Contact
from probot.values import derived_id


def show_all(turn: Turn) -> None:
    """Every member of staff who is bound has their menu, or will have it soon."""
    for person in people.active_staff(turn.connection):
        show(turn, person.principal)


def show(turn: Turn, principal: str) -> None:
    """A member of staff has their menu in their own chat, or will have it soon."""
    contact = people.contact_of(turn.connection, principal)
    if contact is None:
        return
    key = derived_id("menu", contact.id, contact.language, *commands_for(contact))
    outbox.put(
        turn.connection, message_id=key, lane="digest", recipient=principal, purpose="reply", kind="menu",
        content=Message(""), now=turn.now,
    )  # fmt: skip


def commands_for(contact: Contact) -> dict[str, str]:
    """The commands of staff in the language of their chat."""
    return dict(staff_menus()[contact.language])
