"""Which kinds of problems are there? The catalogue that `docs/problems.md` is written from.

The rule: a number stands for one kind for ever; a retired number is never given to another.
"""

from __future__ import annotations

from probot.study.catalogue.calendar import CALENDAR
from probot.study.catalogue.conditions import CONDITIONS
from probot.study.catalogue.files import FILES
from probot.study.catalogue.items import ITEMS
from probot.study.catalogue.kind import Kind, Severity
from probot.study.catalogue.ladder import LADDER
from probot.study.catalogue.names import NAMES
from probot.study.catalogue.outcomes import OUTCOMES
from probot.study.catalogue.paths import PATHS
from probot.study.catalogue.rules import RULES
from probot.study.catalogue.shapes import SHAPES
from probot.study.catalogue.texts import TEXTS
from probot.study.catalogue.views import VIEWS

THEMES: tuple[tuple[str, tuple[Kind, ...]], ...] = (
    ("Files and YAML", FILES),
    ("Keys and values", SHAPES),
    ("Names and languages", NAMES),
    ("Items", ITEMS),
    ("Conditions", CONDITIONS),
    ("Rules", RULES),
    ("Ladder and roles", LADDER),
    ("Alert paths", PATHS),
    ("Calendar", CALENDAR),
    ("Consent and texts", TEXTS),
    ("What the team is shown", VIEWS),
    ("Events, endpoint and adverse events", OUTCOMES),
)
CATALOGUE: dict[str, Kind] = {kind.code: kind for _, kinds in THEMES for kind in kinds}

__all__ = ["CATALOGUE", "THEMES", "Kind", "Severity"]
