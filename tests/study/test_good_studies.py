"""Does a good study load without a word, and come back the same from what was stored?"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from probot.study.canonical import hash_of
from probot.study.explain import explain
from probot.study.folder import read_folder
from probot.study.load import from_source, load
from probot.study.model import Study
from probot.study.nodes import plain
from tests.study.studies import GOOD, ROOT, STUDIES

SHIPPED = ROOT / "config"
KEPT_IN_ORDER = {"plan", "options", "one_of", "many_of", "route"}


def the_study(folder: Path) -> Study:
    loaded = load(folder)
    assert loaded.study is not None, loaded.problems
    return loaded.study


def shuffled(value: Any, dice: random.Random, name: str = "") -> Any:
    """The same data with the keys of its mappings in another order, where order does not count."""
    match value:
        case dict():
            keys = list(value)
            if name not in KEPT_IN_ORDER:
                dice.shuffle(keys)
            return {key: shuffled(value[key], dice, key) for key in keys}
        case list():
            return [shuffled(part, dice) for part in value]
        case _:
            return value


def written(folder: Path, data: Any) -> Path:
    """The data as a folder with one file (JSON is YAML)."""
    folder.mkdir()
    (folder / "all.yaml").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return folder


@pytest.mark.parametrize("folder", [*GOOD, SHIPPED], ids=lambda path: path.name)
def test_a_good_study_has_no_problems(folder: Path) -> None:
    assert load(folder).problems == ()


@pytest.mark.parametrize("folder", [*GOOD, SHIPPED], ids=lambda path: path.name)
def test_a_stored_study_is_the_loaded_one(folder: Path) -> None:
    study = the_study(folder)
    again = from_source(study.source)
    assert again == study
    assert list(again.rules) == list(study.rules)
    assert list(again.plan) == list(study.plan)
    assert study.hash == hash_of(study.source)


@pytest.mark.parametrize("folder", GOOD, ids=lambda path: path.name)
def test_order_of_keys_comments_and_layout_do_not_change_the_hash(folder: Path, tmp_path: Path) -> None:
    data = plain(read_folder(folder).root)
    for seed in range(5):
        other = written(tmp_path / str(seed), shuffled(data, random.Random(seed)))
        (other / "notes.yaml").write_text("# nothing but a comment\n")
        assert the_study(other).hash == the_study(folder).hash


def test_a_changed_word_changes_the_hash(tmp_path: Path) -> None:
    data = plain(read_folder(STUDIES / "good" / "minimal").root)
    data["texts"]["thanks"]["en"] = "Thank you!"
    assert the_study(written(tmp_path / "other", data)).hash != the_study(STUDIES / "good" / "minimal").hash


def test_the_order_of_options_is_part_of_the_study(tmp_path: Path) -> None:
    data = plain(read_folder(STUDIES / "good" / "minimal").root)
    options = data["instruments"]["pain_diary"]["items"][1]["options"]
    data["instruments"]["pain_diary"]["items"][1]["options"] = dict(reversed(options.items()))
    study = the_study(written(tmp_path / "other", data))
    assert [option.id for option in study.item("intake").options] == ["nothing", "liquids", "normal"]
    assert study.hash != the_study(STUDIES / "good" / "minimal").hash


def test_a_source_of_another_format_is_refused() -> None:
    with pytest.raises(ValueError, match="format 1"):
        from_source('{"format":99,"study":{}}')


def test_a_source_that_no_longer_fits_says_why() -> None:
    with pytest.raises(ValueError, match="PB202"):
        from_source('{"format":1,"study":{}}')


def test_anchors_and_merge_keys_of_yaml_take_over_what_is_not_written_anew() -> None:
    study = the_study(STUDIES / "good" / "everything")
    oral, skin = study.item("pain_oral"), study.item("pain_skin")
    assert skin.anchors == oral.anchors
    assert skin.text != oral.text
    assert skin.ask_if != oral.ask_if


def test_a_route_becomes_an_item_of_its_own_behind_its_value() -> None:
    items = [item.id for item in the_study(STUDIES / "good" / "everything").instruments["pain"].items]
    assert items[items.index("temperature") + 1] == "temperature_route"


def test_a_monolingual_study_has_texts_in_its_language_alone() -> None:
    study = the_study(STUDIES / "good" / "only_chinese")
    assert study.languages == ("zh",)
    assert all(set(rule.title) == {"zh"} for rule in study.rules.values())
    assert all(set(option.text) == {"zh"} for option in study.item("wet").options)


def test_a_note_rule_for_certain_words_leaves_other_notes_to_the_standing_rule() -> None:
    rules = the_study(STUDIES / "good" / "everything").rules
    assert rules["distress"].words == ("chest pain", "help", "胸痛")
    assert (rules["note"].on, rules["note"].words, rules["note"].tier) == ("note", (), "routine")


def test_a_concept_is_the_only_item_a_rule_looks_at_else_the_rule() -> None:
    rules = the_study(STUDIES / "good" / "everything").rules
    assert rules["no_breath"].concept == "breathing"
    assert rules["fever"].concept == "fever"
    assert rules["no_answer"].concept == "missed"


def test_the_explanation_names_whatever_was_not_written() -> None:
    lines = "\n".join(explain(the_study(STUDIES / "good" / "minimal")))
    assert "daily: participants are asked pain_diary every day from day 1 of treatment at 09:00" in lines
    assert "pain: 0 to 10 can be answered" in lines
    assert "severe_pain: about pain, the item it looks at" in lines
    assert "blocked: a rule of probot's own (on: blocked, routine)" in lines


def test_the_explanation_keeps_silent_about_what_was_written() -> None:
    lines = explain(the_study(STUDIES / "good" / "everything"))
    assert not [line for line in lines if line.startswith(("pain_oral: 0 to 10", "severe_pain: about"))]
    assert not [line for line in lines if "probot's own words" in line]
