"""Each utterance of the corpus is read as it says there: what is plain is taken, and nothing else is."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest
import yaml

from probot.flows.reading import Declines, GoesBack, NotDone, NotUnderstood, Reading, Understood, read
from probot.study.model import Item
from probot.values import Value
from tests.reading.items import ITEMS

# Everything stays text: `no` is a word here, and `7.50` no number.
SOURCE = Path(__file__).with_name("corpus.yaml").read_text("utf-8")
CORPUS = yaml.load(SOURCE, Loader=yaml.BaseLoader)  # noqa: S506
TODAY = date(2026, 3, 2)
OTHER_OUTCOMES: dict[str, Reading] = {"declines": Declines(), "goes_back": GoesBack(), "not_done": NotDone()}


def value_of(item: Item, words: str) -> Value:
    match item.kind:
        case "scale" | "count":
            return int(words)
        case "number":
            return float(words)
        case "several":
            return tuple(words.split())
        case _:
            return words


def rows() -> list[tuple[str, str, Reading]]:
    found: list[tuple[str, str, Reading]] = []
    for name, readings in CORPUS.items():
        for outcome, utterances in readings.items():
            if outcome in {"again", "again_severe"}:
                for reason, said in utterances.items():
                    expected = NotUnderstood(reason, possibly_severe=outcome == "again_severe")
                    found.extend((name, text, expected) for text in said)
                continue
            expected = OTHER_OUTCOMES.get(outcome) or Understood(value_of(ITEMS[name], outcome))
            found.extend((name, text, expected) for text in utterances)
    return found


ROWS = rows()


@pytest.mark.parametrize(
    ("name", "text", "expected"), ROWS, ids=[f"{name}-{text!a}" for name, text, _ in ROWS]
)
def test_an_utterance_is_read_as_the_corpus_says(name, text, expected):
    assert read(ITEMS[name], text, TODAY) == expected


def test_the_corpus_is_large_and_says_nothing_twice():
    assert len(ROWS) >= 300
    assert [row for row, count in Counter((name, text) for name, text, _ in ROWS).items() if count > 1] == []


@pytest.mark.parametrize("text", [text for name, text, _ in ROWS if name == "pain"])
def test_a_whole_number_or_none_is_what_a_scale_ever_gets(text):
    reading = read(ITEMS["pain"], text)
    assert not isinstance(reading, Understood) or type(reading.value) is int
