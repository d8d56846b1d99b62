"""Do the bot's own words stand in both languages, with the same gaps to fill? Nothing falls back in silence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from string import Formatter

import polib
import pytest

from tests.house import tree

LANGUAGES = ("en", "zh_Hans")
PLURAL_FORMS = {"en": 2, "zh_Hans": 1}


def catalogues() -> dict[str, dict[str, polib.POFile]]:
    """Catalogue name -> language -> catalogue."""
    found: dict[str, dict[str, polib.POFile]] = {}
    for path in tree.named("locales/*/LC_MESSAGES/*.po"):
        found.setdefault(path.name, {})[path.parts[-3]] = polib.pofile(str(path))
    return found


def texts(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def gaps(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def faults(languages: Mapping[str, polib.POFile]) -> list[str]:
    """What is wrong between the languages of one catalogue, one line each."""
    by_language = {
        language: {(entry.msgctxt, entry.msgid): entry for entry in catalogue if not entry.obsolete}
        for language, catalogue in languages.items()
    }
    keys = set().union(*by_language.values())
    found = []
    for key in sorted(keys, key=str):
        there = {language: entries[key] for language, entries in by_language.items() if key in entries}
        found += [f"{key[1]}: not in {language}" for language in languages if language not in there]
        for language, entry in there.items():
            if entry.fuzzy:
                found.append(f"{key[1]}: fuzzy in {language}")
            if not all(text.strip() for text in texts(entry)):
                found.append(f"{key[1]}: empty in {language}")
            if entry.msgid_plural and len(entry.msgstr_plural) != PLURAL_FORMS[language]:
                found.append(f"{key[1]}: {len(entry.msgstr_plural)} plural forms in {language}")
        if len({frozenset(set().union(*map(gaps, texts(entry)))) for entry in there.values()}) > 1:
            found.append(f"{key[1]}: different placeholders")
        if len({bool(entry.msgid_plural) for entry in there.values()}) > 1:
            found.append(f"{key[1]}: plural in one language only")
    return found


def catalogue(*lines: tuple[str, str]) -> polib.POFile:
    made = polib.POFile()
    made.extend(polib.POEntry(msgid=key, msgstr=text) for key, text in lines)
    return made


@pytest.mark.parametrize(
    ("en", "zh", "fault"),
    [
        ([("a", "A")], [], "a: not in zh_Hans"),
        ([("a", "A")], [("a", " ")], "a: empty in zh_Hans"),
        ([("a", "{n} of {all}")], [("a", "{n} / {of}")], "a: different placeholders"),
    ],
)
def test_languages_out_of_step_are_found(
    en: list[tuple[str, str]], zh: list[tuple[str, str]], fault: str
) -> None:
    assert faults({"en": catalogue(*en), "zh_Hans": catalogue(*zh)}) == [fault]


def test_every_catalogue_is_there_in_both_languages() -> None:
    found = catalogues()
    assert found
    assert {name: sorted(languages) for name, languages in found.items()} == dict.fromkeys(
        found, sorted(LANGUAGES)
    )


def test_the_languages_are_in_step() -> None:
    assert [fault for languages in catalogues().values() for fault in faults(languages)] == []


@pytest.mark.parametrize("path", tree.named("locales/*/LC_MESSAGES/*.po"), ids=tree.short)
def test_no_key_stands_twice_and_the_file_names_its_language(path: Path) -> None:
    read = polib.pofile(str(path), check_for_duplicates=True)
    assert read.metadata["Language"] == path.parts[-3]
    assert "UTF-8" in read.metadata["Content-Type"].upper()


OTHER_WORDS = ("参与者", "警报", "评级", "问卷", "医护组", "研究人员", "你")
"""Chinese words for which the glossary has another."""


@pytest.mark.parametrize(
    "path", [*tree.named("locales/zh*/LC_MESSAGES/*.po"), *tree.named("config/*.yaml")], ids=tree.short
)
def test_each_noun_has_one_word_in_chinese(path: Path) -> None:
    words = path.read_text("utf-8")
    assert [word for word in OTHER_WORDS if word in words] == []


HALF_WIDTH = re.compile(r"[\u4e00-\u9fff][,;:?!()]|[,;:?!()][\u4e00-\u9fff]")
FULL_WIDTH = re.compile(r"[，。；：？！（）、]")


@pytest.mark.parametrize(("language", "marks"), [("zh_Hans", HALF_WIDTH), ("en", FULL_WIDTH)])
def test_each_language_has_its_own_marks(language: str, marks: re.Pattern[str]) -> None:
    entries = [entry for languages in catalogues().values() for entry in languages[language]]
    assert [entry.msgid for entry in entries if any(map(marks.search, texts(entry)))] == []
