"""How do the reference pages for coordinators read? Written from the catalogue and from the shapes.

The rule: `docs/problems.md` and `docs/coordinator-reference.md` are these texts and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from probot.study.catalogue import THEMES, Kind
from probot.study.schema import json_schema
from probot.study.shapes.items import ALLOWED, NEEDED

SECTIONS: tuple[tuple[str, str, str], ...] = (
    ("study", "StudyShape", ""),
    ("anchors", "AnchorShape", "a name of your choice, for example `transplant`"),
    ("attributes", "AttributeShape", "a name of your choice; `arm` is the one that no rule may look at"),
    ("phases", "PhaseShape", "a name of your choice"),
    ("plan", "TimepointShape", "a name of your choice"),
    ("quiet_hours", "QuietHoursShape", ""),
    ("roles", "RoleShape", "a name of your choice"),
    ("consent", "ConsentShape", ""),
    ("texts", "TextShape", "`welcome`, `not_watched`, `emergency`, `thanks`, and what your rules name"),
    ("instruments", "InstrumentShape", "a name of your choice"),
    ("rules", "RuleShape", "a name of your choice"),
    ("ladder", "LadderShape", ""),
    ("views", "ViewsShape", ""),
    ("handling", "HandlingShape", ""),
    ("contact", "ContactShape", ""),
    ("rota", "RotaShape", ""),
    ("paths", "PathShape", "a name of your choice, under which the operator sets the address"),
    ("path_test", "PathTestShape", ""),
    ("events", "EventShape", "a name of your choice, for example `discharge`"),
    ("endpoint", "EndpointShape", ""),
    ("adverse_events", "AdverseShape", ""),
)
"""The sections in the order of the page: key, shape of an entry, and what the entries are named by."""
PARTS: dict[str, tuple[tuple[str, str], ...]] = {
    "plan": (
        ("window", "WindowShape"),
        ("late_start", "LateStartShape"),
        ("missed", "MissedShape"),
    ),
    "quiet_hours": (("staff", "StaffQuietShape"),),
    "consent": (("parts", "ConsentPartShape"),),
    "instruments": (
        ("items", "ItemShape"),
        ("items > anchors", "AnchorsShape"),
        ("items > options", "OptionShape"),
    ),
    "ladder": (("each rung", "RungShape"),),
    "views": (("picture", "PictureShape"),),
    "handling": (("each tier", "HandlingTierShape"),),
    "endpoint": (("each site", "EndpointSiteShape"),),
    "rota": (("each of shifts", "ShiftShape"),),
}


def problems_page() -> str:
    """The catalogue as Markdown."""
    lines = [
        "# Problems that `probot check` finds",
        "",
        "Each line that `probot check` prints names the file, the line and the column, whether it is an error or a",
        "warning, and a number. A study with an error runs nothing, and a running bot keeps the version it has. A warning",
        "is worth a look and runs.",
        "",
        "```text",
        "config/plan.yaml:7:9 error PB212: `9 o'clock` is not a time of day",
        "        at: 9 o'clock",
        "            ^",
        '  help: write it like "09:00".',
        "```",
        "",
        "What can be written where stands in [every key of a study](coordinator-reference.md), and how a study comes",
        "about in the [coordinator's guide](coordinators-guide.md). This page is written from `probot/study/catalogue/`.",
    ]
    for theme, kinds in THEMES:
        lines += ["", f"## {theme}"]
        for kind in kinds:
            lines += _kind(kind)
    return "\n".join(lines) + "\n"


def _kind(kind: Kind) -> Iterator[str]:
    warning = " (warning)" if kind.severity == "warning" else ""
    yield from ("", f"### {kind.code}{warning}: {kind.title}", "")
    yield from (kind.meaning, "", f"How to mend it: {kind.mend}", "", "```text")
    yield from kind.example.split("\n")
    yield "```"


def coordinator_reference() -> str:
    """Every key that can be written, as Markdown."""
    schema = json_schema()
    lines = [
        "# Every key of a study",
        "",
        "A study is all `*.yaml` files of one folder, read together. Each section stands once; the entries of",
        "`instruments`, `plan`, `rules` and `texts` may be spread over several files. What is wrong is listed in",
        "[problems](problems.md). An editor that knows `study.schema.json` completes these keys while you type.",
        "",
        "- **Text**: `{zh: …, en: …}`, with every language of the study.",
        "- **Name**: small letters, digits and `_`, a letter first, at most 40 characters.",
        '- **Duration**: with its unit: `30m`, `2h`, `3d`, `2w`, `1h 30m`. **Time**: `"09:00"`. **Span**: `"07:00-11:00"`.',
        "- **Date of the study**: an anchor, `start of PHASE` or `end of PHASE`, with `+ 3d`, `- 2w` or `+ 12 months`.",
        "- **Condition**: see [conditions](#conditions).",
        "",
        "Keys with a `*` cannot be left out.",
    ]
    for name, shape, entries in SECTIONS:
        lines += ["", f"## {name}", "", meaning(schema, schema["properties"][name]), ""]
        if entries:
            lines += [f"Each entry is named by {entries}.", ""]
        lines += list(_table(schema, shape))
        for part, inner in PARTS.get(name, ()):
            lines += ["", f"### {name} > {part}", "", schema["$defs"][inner]["description"], ""]
            lines += list(_table(schema, inner))
        if name == "instruments":
            lines += ["", *_kinds()]
    return "\n".join([*lines, "", *CONDITIONS]) + "\n"


def _table(schema: dict[str, Any], shape: str) -> Iterator[str]:
    definition = schema["$defs"][shape]
    required = definition.get("required", [])
    if shape == "TextShape":
        yield "Each entry is a text."
        return
    yield "| key | meaning |"
    yield "| --- | --- |"
    for key, value in definition["properties"].items():
        star = "*" if key in required else ""
        yield f"| `{key}`{star} | {meaning(schema, value).replace('|', '&#124;')} |"


def meaning(schema: dict[str, Any], value: dict[str, Any]) -> str:
    """What the key means; one that is named like its shape says it there."""
    if "description" in value:
        return str(value["description"])
    return str(schema["$defs"][value["$ref"].rsplit("/", 1)[-1]]["description"])


def _kinds() -> Iterator[str]:
    yield "### Kinds of items"
    yield ""
    yield "Besides `id`, `kind`, `text`, `label`, `ask_if` and `safety`:"
    yield ""
    yield "| kind | needs | may have |"
    yield "| --- | --- | --- |"
    for kind, allowed in ALLOWED.items():
        needed = sorted(NEEDED.get(kind, ()))
        yield f"| `{kind}` | {_keys(needed)} | {_keys(sorted(allowed - set(needed)))} |"


def _keys(keys: list[str]) -> str:
    return ", ".join(f"`{key}`" for key in keys) or "nothing"


CONDITIONS = (
    "## Conditions",
    "",
    "A condition reads like the protocol. It stands in `when`, `ask_if` and `only_if`.",
    "",
    "| written | true if |",
    "| --- | --- |",
    "| `pain >= 7` | the answer to the item `pain` is 7 or more; also `<`, `<=`, `>`, `==`, `!=` |",
    "| `chills == yes` | the option `yes` was chosen; options are only compared with `==` and `!=` |",
    "| `site has oral` | the option `oral` is among those of a several-of item or attribute |",
    "| `pain - previous(pain) >= 2` | it rose by 2 or more since the newest earlier answer |",
    "| `previous(pain, within: 72h) >= 4` | the newest earlier answer is no older than 72 hours and is 4 or more |",
    "| `days_since(transplant) >= 30` | the date is 30 days ago or more |",
    "| `answered(pain)`, `declined(pain)` | it was answered; the participant preferred not to answer |",
    "| `a and b`, `a or b`, `not a`, `( )` | as in speech; `and` binds closer than `or` |",
    "",
    "What is not known (not asked, not answered, no earlier answer) makes a comparison neither true nor false, and a",
    "condition that is not known to be true does not hold. `when` and `ask_if` see the answers of the same assessment;",
    "`previous` sees earlier ones. `only_if` sees attributes and dates only. No rule may look at `arm`.",
)
