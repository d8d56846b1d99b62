"""What can be wrong with consent and texts?

The rule: nobody takes part without consent, and everything that must be said is there.
"""

from __future__ import annotations

from probot.study.catalogue.kind import Kind

TEXTS: tuple[Kind, ...] = (
    Kind(
        "PB901",
        "Consent without a required part",
        "Somebody could take part without having agreed to anything.",
        "mark the part about taking part with `required: true`.",
        "parts: [{id: data, required: false, …}]",
    ),
    Kind(
        "PB902",
        "A needed text is missing",
        "Every participant is shown this text, so there must be one.",
        "add it under `texts`.",
        "texts without `emergency`",
    ),
    Kind(
        "PB903",
        "A text that nobody is shown",
        "No rule names it.",
        "name it under `tell_participant` of a rule, or take it away.",
        "texts: a text that no rule names",
        severity="warning",
    ),
    Kind(
        "PB904",
        "A text is too long for one message",
        "A Telegram message holds 4096 characters.",
        "shorten it.",
        "a welcome text of three pages",
    ),
    Kind(
        "PB905",
        "Two consent parts share an id",
        "One tick would overwrite the other on record.",
        "give each part its own id.",
        "parts: [{id: data, …}, {id: data, …}]",
    ),
)
