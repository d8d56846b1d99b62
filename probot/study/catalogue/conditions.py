"""What can be wrong with a condition?

The rule: a condition compares things of one sort, and can come out both ways.
"""

from __future__ import annotations

from probot.study.catalogue.kind import Kind

CONDITIONS: tuple[Kind, ...] = (
    Kind(
        "PB501",
        "A condition cannot be understood",
        "It does not follow the grammar of conditions.",
        "write it like `pain >= 7 and site has oral`.",
        'when: "pain = 7"',
    ),
    Kind(
        "PB502",
        "An unknown name in a condition",
        "No item, attribute or anchor has this name.",
        "use the id of an item or the name of an attribute.",
        'when: "pian >= 7"',
    ),
    Kind(
        "PB503",
        "Not an option of this item",
        "The comparison could never be true.",
        "use one of the item's option ids.",
        'when: "chills == maybe"',
    ),
    Kind(
        "PB504",
        "An order between words",
        "Options are compared with == and !=; only numbers are greater or smaller.",
        "name the options with == and `or`.",
        'when: "intake >= soft"',
    ),
    Kind(
        "PB505",
        "A comparison that can never be true",
        "The number lies outside of what the item can have.",
        "check the number against the item's range.",
        'when: "pain >= 11"',
    ),
    Kind(
        "PB506",
        "A comparison that is always true",
        "Whatever is answered, it holds, so it decides nothing.",
        "check the number against the item's range; to ask whether it was answered, write answered(…).",
        'when: "pain >= 0"',
    ),
    Kind(
        "PB507",
        "Things of different sorts",
        "A number is compared with an option, or something without a value is compared at all.",
        "compare numbers with numbers, and items with their own options.",
        'when: "chills >= 3"',
    ),
    Kind(
        "PB508",
        "`==` and `has` mixed up",
        "What may have several options is asked with `has`; what has exactly one is compared with ==.",
        "write `site has oral` for several-of, `arm == control` for one-of.",
        'ask_if: "site == oral"',
    ),
    Kind(
        "PB509",
        "A plan that looks at answers",
        "`only_if` is decided when the calendar is made, before anything is answered.",
        "let it look at attributes and days_since(…) only.",
        'only_if: "pain >= 4"',
    ),
)
