"""What can be wrong with items?

The rule: every item can be asked, seen whole on a phone, and answered by a tap that Telegram carries.
"""

from __future__ import annotations

from probot.study.catalogue.kind import Kind

ITEMS: tuple[Kind, ...] = (
    Kind(
        "PB401",
        "An instrument is asked nowhere",
        "No timepoint asks it, so its items never reach anybody.",
        "name it under `ask` of a timepoint, or take it away.",
        "an instrument that no `ask` names",
        severity="warning",
    ),
    Kind(
        "PB402",
        "An item can never be asked",
        "Its `ask_if` holds in no assessment that has it.",
        "mend the condition, or take the item away.",
        'ask_if: "intake == normal and intake == soft"',
    ),
    Kind(
        "PB403",
        "An item depends on a later one",
        "When it would be asked, what it looks at is not answered yet.",
        "ask the other one first, or write previous(…) to look at earlier days.",
        'ask_if: "fever == yes" above the item fever',
    ),
    Kind(
        "PB404",
        "An item depends on one that is not asked with it",
        "In this timepoint the other item is never asked, so this one is never asked either.",
        "ask the other instrument in the same timepoint before it, or write previous(…).",
        "ask_if names an item of an instrument that the timepoint lacks",
    ),
    Kind(
        "PB405",
        "An answer can hide a safety question",
        "Items with `safety: true` are asked whatever was answered; a wrong tap must not hide them.",
        "let ask_if look at attributes only, or take it away.",
        'safety: true with ask_if: "pain >= 1"',
    ),
    Kind(
        "PB406",
        "A button carries too much",
        "A Telegram button holds 64 bytes: the assessment, the item's id and the option's id must fit.",
        "shorten the item id or the option id.",
        "an item id and an option id of 20 letters each",
    ),
    Kind(
        "PB407",
        "A question is too long for one message",
        "A Telegram message holds 4096 characters; question, anchors and the bot's own words must fit.",
        "shorten it, or put part of it into an item of kind info.",
        "a question of two pages",
    ),
    Kind(
        "PB408",
        "An option is too long for its button",
        "A phone cuts the words on a button, and two options may then look alike.",
        "shorten the words, and explain in the question.",
        "an option that is a whole sentence",
        severity="warning",
    ),
    Kind(
        "PB409",
        "Too many options",
        "More options than this do not fit on a phone's screen together with their question.",
        "split the item in two.",
        "a choice with 20 options",
    ),
    Kind(
        "PB410",
        "Too few options",
        "With fewer than two options there is nothing to choose.",
        "add an option, or use another kind.",
        "options: {yes: {…}}",
    ),
    Kind(
        "PB411",
        "A range that does not fit the kind",
        "A scale or count has whole numbers; a scale shows each of them as a button.",
        "use whole numbers; a scale has at most 21 of them.",
        "kind: scale with range: 0-100",
    ),
    Kind(
        "PB412",
        "Two options read the same",
        "Participants cannot tell them apart, and a typed answer fits both.",
        "give each option its own words.",
        "options: {a: {en: Yes, …}, b: {en: Yes, …}}",
    ),
    Kind(
        "PB413",
        "Scores are given to some options only",
        "Without its score an option cannot be put in order with the others.",
        "give every option a score, or none.",
        "options: {no: {text: …, score: 0}, yes: {text: …}}",
    ),
    Kind(
        "PB414",
        "Two options have the same score",
        "They count as equally bad; often one of the numbers is a slip.",
        "check the scores.",
        "score: 1 at two options",
        severity="warning",
    ),
    Kind(
        "PB415",
        "A range with more digits than are asked for",
        "The ends of the range cannot be typed with that many decimals.",
        "raise `decimals`, or round the range.",
        "range: 34.25-43.0 with decimals: 1",
    ),
    Kind(
        "PB416",
        "No rule looks at a safety question",
        "Whatever is answered to it, nobody is told.",
        "add a rule on it, or take `safety` away.",
        "an item with safety: true that no `when` names",
        severity="warning",
    ),
)
