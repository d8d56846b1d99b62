"""Do the pages and the schema that coordinators use say what the code does?"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from probot.study.catalogue import CATALOGUE
from probot.study.folder import read_folder
from probot.study.nodes import plain
from probot.study.reference import meaning
from probot.study.schema import json_schema
from tests.study.generated import GENERATED
from tests.study.studies import GOOD, ROOT, STUDIES, laid_out

SCHEMA = json_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def as_an_editor_reads_it(node: Any) -> Any:
    """Words that YAML 1.2 takes for numbers and truth values, as an editor's own reader gives them."""
    match node:
        case dict():
            return {key: as_an_editor_reads_it(value) for key, value in node.items()}
        case list():
            return [as_an_editor_reads_it(part) for part in node]
        case "true" | "false":
            return node == "true"
        case str() if re.fullmatch(r"-?(0|[1-9][0-9]*)", node):
            return int(node)
        case str() if re.fullmatch(r"-?[0-9]+\.[0-9]+", node):
            return float(node)
        case _:
            return node


def keys() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for name, definition in {"": SCHEMA, **SCHEMA["$defs"]}.items():
        if name != "TextShape":
            for key, value in definition.get("properties", {}).items():
                yield name, key, value


@pytest.mark.parametrize("name", GENERATED)
def test_a_written_file_is_up_to_date(name: str) -> None:
    again = "write it anew: python -m tests.study.generated"
    assert (ROOT / name).read_text(encoding="utf-8") == GENERATED[name](), again


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert "pydantic" not in json.dumps(SCHEMA).lower()
    assert '"null"' not in json.dumps(SCHEMA)


@pytest.mark.parametrize("folder", [*GOOD, ROOT / "config"], ids=lambda path: path.name)
def test_the_schema_accepts_good_studies(folder: Path) -> None:
    for path in sorted(folder.glob("*.yaml")):
        room = read_folder(folder)
        data = {
            key: entry.value for key, entry in room.root.entries.items() if entry.key.file.endswith(path.name)
        }
        written = {key: plain(value) for key, value in data.items()}
        assert [error.message for error in VALIDATOR.iter_errors(written)] == []
        assert [error.message for error in VALIDATOR.iter_errors(as_an_editor_reads_it(written))] == []


@pytest.mark.parametrize(
    "name",
    [
        "PB201_a_misspelt_key",
        "PB201_a_misspelt_section",
        "PB202_a_rule_without_tier",
        "PB202_a_scale_without_anchors",
        "PB203_a_text_without_languages",
        "PB203_a_window_of_one_word",
        "PB204_items_without_dashes",
        "PB207_capital_letters",
        "PB209_an_unknown_tier",
        "PB211_neither_true_nor_false",
        "PB213_a_number_without_unit",
        "PB218_an_attribute_without_options",
        "PB219_a_unit_on_a_scale",
        "PB311_a_third_language",
    ],
)
def test_an_editor_underlines_what_the_shapes_refuse(name: str, tmp_path: Path) -> None:
    folder = laid_out(STUDIES / "broken" / name, tmp_path / "study")
    written = as_an_editor_reads_it(plain(read_folder(folder).root))
    assert list(VALIDATOR.iter_errors(written))


@pytest.mark.parametrize(
    ("shape", "key", "value"), list(keys()), ids=lambda part: part if isinstance(part, str) else ""
)
def test_every_key_is_explained_in_the_schema_and_on_the_page(
    shape: str, key: str, value: dict[str, Any]
) -> None:
    page = (ROOT / "docs" / "coordinator-reference.md").read_text(encoding="utf-8")
    words = meaning(SCHEMA, value)
    assert len(words) > 10
    assert words.replace("|", "&#124;") in page
    assert (f"| `{key}`" in page) or f"## {key}\n" in page


@pytest.mark.parametrize("code", CATALOGUE)
def test_every_kind_of_problem_stands_on_the_page(code: str) -> None:
    page = (ROOT / "docs" / "problems.md").read_text(encoding="utf-8")
    assert re.search(rf"^### {code}( \(warning\))?: {re.escape(CATALOGUE[code].title)}$", page, re.MULTILINE)


def test_every_kind_of_problem_is_used_and_every_used_one_is_in_the_catalogue() -> None:
    study = ROOT / "probot" / "study"
    code = "".join(
        path.read_text(encoding="utf-8") for path in study.rglob("*.py") if path.parent.name != "catalogue"
    )
    assert set(re.findall(r'"(PB\d{3})"', code)) == set(CATALOGUE)
