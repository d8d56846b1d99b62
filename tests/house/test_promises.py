"""Is every promise tested by what the page names, and are the figures on it the ones that were measured?"""

from __future__ import annotations

import json
import re

import pytest

from tests.house import tree
from tests.kills.run import BEGIN, END, table

PAGE = (tree.ROOT / "docs" / "promises.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[^`\s]+)`", PAGE)))


@pytest.mark.parametrize("name", NAMED)
def test_a_named_test_exists(name: str) -> None:
    file, _, function = name.partition("::")
    path = tree.ROOT / file
    assert path.exists()
    if function:
        assert re.search(rf"^(async )?def {function}\(", path.read_text(encoding="utf-8"), re.MULTILINE)


def test_every_promise_names_a_test() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| **")]
    assert len(rows) >= 9
    assert [row for row in rows if "`tests/" not in row] == []


def test_the_figures_are_those_that_were_measured() -> None:
    found = json.loads((tree.ROOT / "docs" / "kills.json").read_text(encoding="utf-8"))
    shown = PAGE.partition(BEGIN)[2].partition(END)[0].strip()
    assert shown == table(found)
    sqlite, postgresql, several, control = found
    for probot in (sqlite, postgresql, several):
        broken = ("lost", "doubled", "wrong", "not_alerted", "stuck", "two_at_once", "out_of_order")
        assert {name: probot[name] for name in broken} == dict.fromkeys(broken, 0)
    assert sqlite["kills"] >= 200
    assert postgresql["kills"] >= 100
    assert several["kills"] >= 100
    assert several["others"]["frozen"] >= 5
    assert control["lost"] > 0
