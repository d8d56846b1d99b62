"""What is one step working on? The session as it changes, and what becomes true and is wanted meanwhile.

The rule: every change of a session goes through here, so that no answer can be lost or counted twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from probot.flows import order
from probot.flows.session import (
    Absent,
    AskItem,
    Fact,
    Given,
    ItemAnswered,
    MarkAnswered,
    Noted,
    SayKept,
    Session,
    SessionFinished,
    Source,
    Sprint,
    Thank,
    Want,
    Why,
)
from probot.flows.several import ticked, with_ticks
from probot.study.facts import Facts
from probot.study.model import Item, Study
from probot.values import Value

SEEN = "seen"
"""The value of a statement that was read."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came for an item, before it is known whether it changes anything."""

    value: Value | None
    absent: Absent | None
    raw: str
    source: Source


@dataclass(slots=True)
class Turn:
    """The one value that changes while a step runs; it never leaves it."""

    study: Study
    known: Facts
    session: Session
    now: datetime
    facts: list[Fact] = field(default_factory=list)
    wants: list[Want] = field(default_factory=list)
    _seen: tuple[Mapping[str, Given], tuple[Item, ...]] | None = None
    """What is visible with which answers; answers are never changed where they are, so the same ones say it again."""

    def item(self, item_id: str) -> Item | None:
        """The item of this assessment with that id, visible or not."""
        found = self.study.items_at(self.session.timepoint).get(item_id)
        return None if found is None else found[1]

    def visible(self) -> tuple[Item, ...]:
        """The items to be asked as things stand."""
        given = self.session.given
        if self._seen is None or self._seen[0] is not given:
            self._seen = given, order.visible(self.study, self.known, self.session.timepoint, given)
        return self._seen[1]

    def is_visible(self, item: Item) -> bool:
        """Whether this item is to be asked as things stand."""
        return any(item.id == shown.id for shown in self.visible())

    def answer(self, item: Item, answer: Answer) -> None:
        """Take an answer for a visible item, then go on to what is to be asked next."""
        before = self.session.given.get(item.id)
        if before is not None and (before.value, before.absent) == (answer.value, answer.absent):
            if self.session.asking != item.id:
                self.wants.append(SayKept())
                return
        else:
            self._give(item, answer)
            self._hide()
        self.session = with_ticks(self.session, item, ())
        self.wants.append(MarkAnswered(item.id))
        self._go_on(item.id, changed=bool(self.facts))

    def note(self, item: Item, text: str, value: Value | None, *, severe: bool) -> None:
        """Keep something that is no answer (any more)."""
        late = self.session.status == "closed"
        self.facts.append(Noted("late" if late else "unclear", text, item.id, severe, value))

    def ask(self, item: Item, why: Why) -> None:
        """Put an item before the participant. Asking the open item again changes nothing."""
        items = self.visible()
        number, of = order.progress(items, item.id)
        self.wants.append(AskItem(item.id, number, of, why))
        if why in {"reminder", "again", "language"}:
            return
        session = self.session
        given = session.given.get(item.id)
        if item.kind == "several" and given and isinstance(given.value, tuple) and not ticked(session, item):
            session = with_ticks(session, item, given.value)
        self.session = replace(session, asking=item.id, asked_at={**session.asked_at, item.id: self.now})

    def open(self) -> None:
        """Begin: ask the first item that waits for an answer."""
        self.session = replace(self.session, status="asking")
        self._go_on(None, changed=True)

    def close(self) -> None:
        """End for good: what is open was not reached, what is hidden was not needed, ticks are kept as a note."""
        session = self.session
        items = self.visible()
        closing = Answer(None, "not_reached", "", "system")
        for item in order.items_in_order(self.study, session.timepoint):
            self._keep_ticks(item)
            before = session.given.get(item.id)
            if item not in items:
                self._give_once(item, replace(closing, absent="branched"))
            elif order.is_open(before):
                self._give_once(item, closing)
        if session.asking is not None:
            self.wants.append(MarkAnswered(session.asking))
        if session.status != "finished":
            self.facts.append(SessionFinished(order.outcome(items, session.given)))
        self.session = replace(self.session, status="closed", asking=None, chosen=())

    def sprint(self, start: Session) -> Sprint:
        """What the step gives back. The revision grows exactly if something of the session changed."""
        session = self.session
        if session != start:
            session = replace(session, revision=start.revision + 1)
        return Sprint(session, tuple(self.facts), tuple(self.wants))

    def _give(self, item: Item, answer: Answer) -> None:
        session = self.session
        before = session.given.get(item.id)
        given = Given(
            value=answer.value,
            absent=answer.absent,
            raw=answer.raw,
            source=answer.source,
            language=session.language,
            revision=1 if before is None else before.revision + 1,
            asked_at=session.asked_at.get(item.id),
            at=self.now,
        )
        self.session = replace(session, given={**session.given, item.id: given})
        seen = self._seen
        if seen is not None and seen[0] is session.given:
            same = not order.decides(self.study, session.timepoint, item.id)
            self._seen = (self.session.given, seen[1]) if same else None
        self.facts.append(ItemAnswered(item.id, given, before))

    def _give_once(self, item: Item, answer: Answer) -> None:
        before = self.session.given.get(item.id)
        if before is None or before.absent != answer.absent:
            self._give(item, answer)

    def _hide(self) -> None:
        """Answers to items that are no longer asked get a revision without a value; the old one stays on record."""
        shown = {item.id for item in self.visible()}
        for item in order.items_in_order(self.study, self.session.timepoint):
            if item.id not in shown and not order.is_open(self.session.given.get(item.id)):
                self._give(item, Answer(None, "branched", "", "system"))
                self.wants.append(MarkAnswered(item.id))

    def _go_on(self, answered: str | None, *, changed: bool) -> None:
        session = self.session
        items = self.visible()
        waiting = order.still_open(items, session.given)
        elsewhere = session.asking not in {None, answered}
        if elsewhere and not any(item.id == session.asking for item in items):
            self.wants.append(MarkAnswered(str(session.asking)))
            elsewhere = False
        if not waiting:
            self._finish(stays=session.asking if elsewhere else None, changed=changed)
        elif session.status != "waiting":
            if session.status != "asking":
                self.session = replace(session, status="asking")
            if not elsewhere:
                self.ask(waiting[0], "next")

    def _finish(self, stays: str | None, *, changed: bool) -> None:
        session = self.session
        self.session = replace(session, status="finished", asking=stays)
        if session.status == "finished" and not changed:
            return
        outcome = order.outcome(self.visible(), session.given)
        self.facts.append(SessionFinished(outcome))
        if session.status != "finished" and session.given:
            self.wants.append(Thank(partial=outcome != "complete"))

    def _keep_ticks(self, item: Item) -> None:
        options = ticked(self.session, item)
        given = self.session.given.get(item.id)
        if options and (given is None or given.value != options):
            self.facts.append(Noted("unclear", ", ".join(options), item.id, value=options))
