"""What can be wrong with names and languages?

The rule: whatever is named must be declared, and every text stands in every language of the study.
"""

from __future__ import annotations

from probot.study.catalogue.kind import Kind

NAMES: tuple[Kind, ...] = (
    Kind(
        "PB301",
        "An unknown name",
        "Something is named that is declared nowhere.",
        "declare it, or name something that exists.",
        "ask: pain_dairy",
    ),
    Kind(
        "PB302",
        "An item id is used twice",
        "An item is known by its id in the whole study; answers to two items would be mixed up.",
        "give one of them another id.",
        "- id: pain in two instruments",
    ),
    Kind(
        "PB303",
        "An item and an attribute share a name",
        "A condition could mean either.",
        "rename one of them.",
        "attribute `site` and item `site`",
    ),
    Kind(
        "PB310",
        "A language is missing",
        "A participant would see nothing, and probot never falls back to another language.",
        "add the text in that language.",
        "text: {en: How bad is the pain?}",
    ),
    Kind(
        "PB311",
        "A language the study does not have",
        "This text would never be shown.",
        "take it away, or add the language to `languages`.",
        "text: {en: …, zh: …, de: …}",
    ),
    Kind(
        "PB312",
        "The languages have different placeholders",
        "In one of the languages something would be missing.",
        "use the same {placeholders} in every language.",
        'text: {en: "Dear {name}", zh: "您好"}',
    ),
    Kind(
        "PB313",
        "The same text in both languages",
        "It was probably copied and not yet translated.",
        "translate it. Numbers, units and names may stay as they are.",
        "text: {en: Pain today?, zh: Pain today?}",
        severity="warning",
    ),
    Kind(
        "PB314",
        "A placeholder that nobody fills",
        "The study's texts are shown exactly as they stand, so people would read the braces.",
        "write what should stand there, without braces.",
        'emergency: {en: "Call {phone}", zh: "请拨打{phone}"}',
    ),
    Kind(
        "PB315",
        "A language is named twice",
        "Each language stands once in `languages`.",
        "keep it once.",
        "languages: [zh, zh]",
    ),
    Kind(
        "PB316",
        "An attribute that is no centre",
        "Each participant is cared for at exactly one centre, and where says nothing of their arm.",
        "name an attribute with `one_of` that is not `arm`.",
        "centres: site, and site has `many_of`",
    ),
)
