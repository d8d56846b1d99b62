"""What can be wrong with a key or a value?

The rule: these are found without knowing the rest of the study.
"""

from __future__ import annotations

from probot.study.catalogue.kind import Kind

SHAPES: tuple[Kind, ...] = (
    Kind(
        "PB201",
        "An unknown key",
        "A misspelt key would be passed over in silence, so each unknown one is an error.",
        "take it away, or look up the key in the coordinator's reference.",
        "windw: {closes: 12h}",
    ),
    Kind(
        "PB202",
        "Something is missing",
        "The study cannot be understood without this key.",
        "add it; the coordinator's reference says what it means.",
        "daily_diary without `window`",
    ),
    Kind(
        "PB203",
        "Keys are needed here",
        "A word or list stands where a mapping of keys is expected.",
        "write `key: value` pairs, indented below, or {key: value}.",
        "window: 12h",
    ),
    Kind(
        "PB204",
        "A list is needed here",
        "A mapping or word stands where a list is expected.",
        "write [one, two], or one line with `- ` for each.",
        "items: {pain: …}",
    ),
    Kind(
        "PB205",
        "A word is needed here",
        "A list or mapping stands where one word or text is expected.",
        "write one word or one text; put it in quotes if it has brackets or a colon.",
        'version: ["1.0"]',
    ),
    Kind(
        "PB206",
        "Nothing is written here",
        "The key stands there without a value.",
        "write a value, or take the key away.",
        "title:",
    ),
    Kind(
        "PB207",
        "This cannot be a name",
        "Names stand in conditions, buttons and exports: small letters, digits and underscores, a letter first.",
        "use small letters, digits and _, beginning with a letter, at most 40 characters.",
        "rules:\n  Severe-Pain: {…}",
    ),
    Kind(
        "PB208",
        "A reserved name",
        "Words such as `and`, `has` or `previous` have a meaning in conditions and would be mistaken.",
        "choose another name.",
        "- id: previous",
    ),
    Kind(
        "PB209",
        "Not one of the possible words",
        "Only certain words can stand here.",
        "use one of the words in the coordinator's reference.",
        "tier: red",
    ),
    Kind(
        "PB210",
        "Not a whole number, or too small or large",
        "A whole number within limits is needed.",
        "write a whole number.",
        "in_a_row: two",
    ),
    Kind(
        "PB211",
        "Neither true nor false",
        "Only true or false (or yes, no) can stand here.",
        "write true or false.",
        "required: maybe",
    ),
    Kind(
        "PB212",
        "Not a time of day",
        "Hours run from 00:00 to 23:59, in quotes to be safe from other programs.",
        'write it like "09:00".',
        'at: "9 o\'clock"',
    ),
    Kind(
        "PB213",
        "Not a duration",
        "Every duration has a unit: m, h, d or w. A bare number could be anything.",
        "write it like 30m, 2h, 3d or 2w.",
        "closes: 12",
    ),
    Kind(
        "PB214",
        "Not a span of hours",
        "Two times of day are needed, with a `-` between.",
        'write it like "07:00-11:00".',
        'movable: "07:00"',
    ),
    Kind(
        "PB215",
        "Not a range of numbers",
        "A lower and a higher number are needed, with a `-` between.",
        "write it like 0-10 or 34.0-43.0.",
        "range: 10",
    ),
    Kind(
        "PB216",
        "Not a way to repeat",
        "`every` says how often, in one of a few ways.",
        "write day, 2 days, week, 2 weeks, week on mon thu, month, days [1, 3, 7] or once.",
        "every: other day",
    ),
    Kind(
        "PB217",
        "Not a date of the study",
        "A date is an anchor, or the start or end of a phase, with a distance if needed.",
        "write it like `transplant + 12 months`, `end of treatment` or `treatment_start - 3d`.",
        "from: day 1",
    ),
    Kind(
        "PB218",
        "One of two keys is needed",
        "Exactly one of the two can be true.",
        "write exactly one of the two keys.",
        "a rule with both `when` and `on`",
    ),
    Kind(
        "PB219",
        "A key without meaning here",
        "The key exists, but does nothing beside the others that stand here.",
        "take the key away.",
        "words: {…} in a rule with `on: missed`",
    ),
    Kind(
        "PB220",
        "Unknown time zone",
        "Hours and days are those of a named zone, with its daylight saving.",
        "use a name such as Asia/Shanghai or Europe/Berlin.",
        "zone: China",
    ),
)
