"""What do people do in a step? They tap, write, edit, block; the coordinator commands; the world makes trouble.

The rule: an act is done once, by a person or a command; what follows from it is the product's own affair.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from probot.flows.buttons import (
    BACK,
    CHANGE,
    DECLINE,
    DONE,
    NEXT,
    NOT_DONE,
    AlarmTap,
    AlertTap,
    AnswerTap,
    Meaning,
    WelcomeTap,
    read,
)
from probot.flows.front import front
from probot.services import invite, withdraw
from probot.services.publish import publish
from probot.store import alarms, alerts, assessments, people
from probot.wording import keys, say
from tests.scenarios.phones import Shown, history, messages, pattern
from tests.scenarios.script import DAY_ONE, Answer, Coordinator, Step, Trouble
from tests.scenarios.stage import Stage, enrol, study_named

CHOICES = {
    "back": BACK,
    "decline": DECLINE,
    "change": CHANGE,
    "done": DONE,
    "not_done": NOT_DONE,
    "go on": NEXT,
}
LABELS = {
    "acknowledge": "alert.button.ack", "close": "alert.button.close", "called": "alert.button.called",
    "give": "alert.button.assign", "put off": "alert.button.snooze", "never mind": "alert.button.back", "agree": "welcome.agree",
    "disagree": "welcome.disagree", "read": "welcome.seen", "look again": "welcome.take_up",
}  # fmt: skip
GOOD_DAY: dict[str, Answer] = {
    "danger_signs": "none", "temperature": "not_done", "pain": 1, "pain_oral": 1, "pain_skin": 1, "pain_bladder": 1,
    "extra_pain_medicine": "no", "medicine": "no", "intake": "normal", "mouth_sores": "not_at_all",
    "skin_area": "no_area", "skin_signs": "none", "urine_look": "clear", "night_urination": 1, "news": "none",
    "signs": "none", "contact_diary": "no_need", "contact_report": "no_need", "who": "self", "qol_overall": 8,
    "qol_tired": 2, "qol_sleep": 8, "qol_mood": 2, "qol_doing": 8, "week_nausea": "not_at_all",
    "week_appetite": "not_at_all", "week_mouth": "not_at_all", "week_swallowing": "not_at_all",
    "week_skin": "not_at_all", "week_urine": "not_at_all", "week_bowel": "not_at_all", "sleep": 8, "eating": "normal",
    "product_oral": "planned", "product_skin": "planned", "product_bladder": "planned", "after_product": "none",
    "pain_now": 1, "pain_now_oral": 1, "pain_now_skin": 1, "pain_now_bladder": 1, "report_words": "nothing much",
    "temperature_route": "mouth",
}  # fmt: skip
MOST_ITEMS = 40


@dataclass
class Memory:
    """What the people remember while a script is played."""

    said: dict[str, list[tuple[int, int, str]]] = field(default_factory=dict)
    """For each person: chat, number and words of what they wrote."""
    queries: list[str] = field(default_factory=list)
    """The taps of this step."""

    def copy(self) -> Memory:
        """The same, to go on with separately."""
        return Memory({name: list(said) for name, said in self.said.items()})


async def act(stage: Stage, step: Step, memory: Memory) -> None:
    """Do what the step says."""
    if step.coordinator is not None:
        _command(stage, step.coordinator)
    if step.trouble is not None:
        _trouble(stage, step.trouble)
    if step.group is not None:
        _group(stage, step.group)
    if step.probot == "stops":
        await stage.fall()
    elif step.probot == "starts":
        await stage.start()
    await _person(stage, step, memory)
    await stage.settle()


def name_of(stage: Stage, step: Step) -> str:
    """Who acts or is looked at."""
    return step.who or next(iter(stage.scenario.participants))


def chat_of(stage: Stage, step: Step) -> int:
    """The chat in which somebody acts: the group where staff have one, else the private chat."""
    name = name_of(stage, step)
    where = step.where
    if where is None:
        where = "direct" if name in stage.scenario.participants or stage.cast.group is None else "team"
        if stage.scenario.others.get(name) == "outside":
            where = "direct"
    if where == "direct":
        return stage.bot
    assert stage.cast.group is not None
    return stage.cast.group


async def _person(stage: Stage, step: Step, memory: Memory) -> None:
    api, person, chat = stage.api.people, stage.cast.people.get(name_of(stage, step), 0), chat_of(stage, step)
    said = memory.said.setdefault(name_of(stage, step), [])
    if step.says is not None:
        above = _replied_to(stage, step, person, chat) if step.reply_to is not None else None
        number = api.say(person, chat, str(step.says), anonymous=step.anonymously, reply_to=above)
        said.append((chat, number, str(step.says)))
    if step.edits is not None:
        found = [each for each in said if step.edits_saying in {None, each[2]}]
        api.edit(person, found[-1][0], found[-1][1], str(step.edits))
    if step.forwards is not None:
        api.forward(person, chat, step.forwards)
    if step.sends is not None:
        api.send_media(person, chat, step.sends)
    if step.taps is not None:
        for _ in range(2 if step.twice else 1):
            memory.queries.append(_tap(stage, step, person, chat, str(step.taps)))
    if step.opens is not None:
        api.start_link(person, _token(stage, step.opens))
    _at_the_phone(stage, step, person)
    for item, answer in (step.answers or {}).items():
        await _answer(stage, step, item, answer)
    if step.fills is not None:
        await _fill(stage, step, step.fills)


def _replied_to(stage: Stage, step: Step, person: int, chat: int) -> int:
    shown = messages(stage, person, chat)
    wanted = step.reply_to or ""
    for message in reversed(shown):
        if any(pattern(stage, language, wanted).search(message.text) for language in stage.study.languages):
            return message.number
    raise AssertionError(f"nothing reads {wanted!r}: {[message.text for message in shown]}")


def _at_the_phone(stage: Stage, step: Step, person: int) -> None:
    if step.blocks:
        stage.api.people.block(person)
    if step.unblocks:
        stage.api.people.unblock(person)
    if step.phone == "gone":
        stage.api.people.deactivate(person)
    elif step.phone is not None:
        stage.api.people.phone_offline(person, offline=step.phone == "offline")


def _token(stage: Stage, written: str) -> str:
    code, _, which = written.partition(" ")
    links = stage.cast.links.get(code)
    return (links[0] if which == "first" else links[-1]) if links else written


# ------------------------------------------------------------------------------ tapping


def _tap(stage: Stage, step: Step, person: int, chat: int, wanted: str) -> str:
    shown = messages(stage, person, chat)
    if step.old:
        private = person if chat == stage.bot else chat
        shown = [message for _, message in reversed(history(stage, private))]
    for message in reversed(shown):
        for label, data in message.buttons.items():
            if _is_meant(stage, step, wanted, label, data):
                return stage.api.people.tap(person, chat, message.number, data, forged=step.old)
    raise AssertionError(f"no button {wanted!r} ({step.on or 'any item'}): {_all_buttons(shown)}")


def _all_buttons(shown: list[Shown]) -> list[str]:
    return [
        f"{message.text.splitlines()[0] if message.text else ''}: {list(message.buttons)}"
        for message in shown
    ]


def _is_meant(stage: Stage, step: Step, wanted: str, label: str, data: str) -> bool:
    meaning = read(data)
    if step.on is not None and not _on(stage, step.on, meaning):
        return False
    if isinstance(meaning, AnswerTap):
        choice = CHOICES.get(wanted, wanted)
        return meaning.choice in {choice, f"+{choice}", f"-{choice}"} or label == wanted
    named = LABELS.get(wanted, wanted)
    for language in ("en", "zh"):
        if label == wanted or (named in keys(language) and label == say(language, named, n=1)):
            return True
    return isinstance(meaning, WelcomeTap | AlertTap) and wanted in {data, getattr(meaning, "choice", "")}


def _on(stage: Stage, written: str, meaning: Meaning | None) -> bool:
    if isinstance(meaning, AlertTap):
        alert = stage.operator.transact(alerts.find, meaning.alert)
        return alert is not None and alert.concept == written
    if isinstance(meaning, AlarmTap):
        alarm = stage.operator.transact(alarms.find, meaning.alarm)
        return alarm is not None and alarm.about == written
    if not isinstance(meaning, AnswerTap):
        return False
    item, _, day = written.partition(" of day ")
    if item != meaning.item:
        return False
    if not day:
        return True
    one = stage.operator.transact(assessments.find, meaning.assessment)
    return one is not None and one.day == DAY_ONE + timedelta(days=int(day) - 1)


# ------------------------------------------------------------------------------ answering


async def _answer(stage: Stage, step: Step, item: str, answer: Answer) -> None:
    """Answer one item as a person does: by its button where it has one, else in words."""
    code = name_of(stage, step)
    person = stage.cast.people[code]
    for choice in answer if isinstance(answer, list) else [answer]:
        tap = Step(who=code, taps=str(choice), on=item)
        try:
            _tap(stage, tap, person, stage.bot, str(choice))
        except AssertionError:
            assert _asking(stage, code) == item, f"{item} is not asked, but {_asking(stage, code)}"
            stage.api.people.say(person, stage.bot, str(choice))
        await stage.settle()
    if isinstance(answer, list):
        _tap(stage, Step(who=code, taps="done", on=item), person, stage.bot, "done")
        await stage.settle()


async def _fill(stage: Stage, step: Step, answers: dict[str, Answer]) -> None:
    code, left = name_of(stage, step), dict(answers)
    for _ in range(MOST_ITEMS):
        item = _asking(stage, code)
        if item is None:
            break
        await _answer(stage, step, item, left.pop(item, GOOD_DAY.get(item, "decline")))
    assert not left, f"never asked: {list(left)}"


def _asking(stage: Stage, code: str) -> str | None:
    """The item that is open in the participant's conversation in front."""

    def look(connection: Any) -> str | None:
        enrolment = people.by_code(connection, code)
        assert enrolment is not None
        ahead = front(assessments.live_sessions(connection, enrolment.id), stage.clock.at)
        return ahead.asking if ahead is not None and ahead.status == "asking" else None

    return stage.operator.transact(look)


# ------------------------------------------------------------------------------ the coordinator and the world


def _command(stage: Stage, wanted: Coordinator) -> None:
    if wanted.enrols is not None:
        enrol(stage, wanted.enrols)
    if wanted.links_again is not None:
        token = stage.new_token()
        stage.command(
            invite.enrol,
            token,
            wanted.links_again,
            attributes={},
            anchors={},
            language=wanted.language,
            again=True,
        )
        stage.cast.links[wanted.links_again].append(token)
    if wanted.withdraws is not None:
        stage.command(withdraw.by_code, wanted.withdraws, wanted.level, wanted.why)
    for name, day in (wanted.sets or {}).items():
        code = wanted.of or next(iter(stage.scenario.participants))
        stage.command(invite.set_anchor, code, name, day, wanted.why)
    if wanted.publishes is not None:
        stage.command(publish, study_named(wanted.publishes))
    if wanted.removes is not None:
        stage.command(invite.remove_staff, wanted.removes, wanted.why)


def _trouble(stage: Stage, wanted: Trouble | str) -> None:
    if isinstance(wanted, str):
        stage.api.faults.clear()
        if stage.doubled:
            stage.api.faults.set("duplicate")
        return
    chat = None
    if wanted.on is not None:
        chat = stage.cast.group if wanted.on == "team" else stage.cast.people[wanted.on]
    methods = tuple(wanted.methods) if wanted.methods else None
    stage.api.faults.set(wanted.kind, chat=chat, times=wanted.times, seconds=wanted.seconds, methods=methods)


def _group(stage: Stage, what: str) -> None:
    api, group = stage.api.people, stage.cast.group
    assert group is not None
    member = stage.cast.people[next(iter(stage.scenario.staff))]
    if what == "becomes a supergroup":
        stage.cast.group = api.migrate(group)
    elif what.endswith("visitor"):
        visitor = stage.cast.people[next(iter(stage.scenario.others))]
        api.set_member(member, group, visitor, "member" if what.startswith("gets") else "left")
    elif what == "removes the bot":
        api.set_member(member, group, stage.bot, "left")
    else:
        api.set_member(member, group, stage.bot, "member")
