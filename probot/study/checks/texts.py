"""Is everything said that must be said, and does it fit into a message?

The rule: nobody takes part without agreeing, and no text is longer than Telegram carries.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from probot.messages import MOST_CHARACTERS, units
from probot.study.builtin import REQUIRED_TEXTS
from probot.study.draft import Draft
from probot.study.folder import Route
from probot.study.problems import meant

OWN_WORDS = 200
"""Characters that the bot's own words around a text may take."""


def check(draft: Draft) -> None:
    """Consent, needed texts, texts nobody is shown, and texts that are too long."""
    study = draft.study
    if not draft.broken.names["consent"] and not any(part.required for part in study.consent.parts):
        draft.complain("PB901", ("consent", "parts"), "no part is required", key=True)
    if "texts" not in draft.broken.sections:
        _needed(draft)
        _unused(draft)
    for route, text in _sent(draft):
        for language, words in text.items():
            size = units(words) + OWN_WORDS
            if size > MOST_CHARACTERS:
                most = MOST_CHARACTERS - OWN_WORDS
                message = (
                    f"in `{language}` the text takes {units(words)} characters; {most} fit into a message"
                )
                draft.complain("PB904", (*route, language), message, key=True)


def _needed(draft: Draft) -> None:
    for name, purpose in REQUIRED_TEXTS.items():
        if draft.known("texts", name):
            continue
        others = [each for each in draft.study.texts if each not in REQUIRED_TEXTS]
        close = meant(name, others)
        mend = f"did you mean `{name}` by `{close}`?" if close else f"add `{name}` under `texts`: {purpose}."
        draft.complain("PB902", ("texts",), f"there is no text `{name}`", mend, key=True)


def _unused(draft: Draft) -> None:
    used = {rule.tell_participant for rule in draft.study.rules.values() if rule.tell_participant}
    if not draft.rules_are_whole or not used <= set(draft.study.texts):
        return  # a misspelt name may have meant it
    for name in draft.study.texts:
        if name not in REQUIRED_TEXTS and name not in used:
            draft.complain("PB903", ("texts", name), f"nothing shows the text `{name}`", key=True)


def _sent(draft: Draft) -> Iterator[tuple[Route, Mapping[str, str]]]:
    study = draft.study
    for name, text in study.texts.items():
        yield ("texts", name), text
    yield ("consent", "text"), study.consent.text
    for number, part in enumerate(study.consent.parts):
        yield ("consent", "parts", number, "text"), part.text
