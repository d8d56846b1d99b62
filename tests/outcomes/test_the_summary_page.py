"""Is the page that is sent on the very summary, on one sheet of paper, and safe to open?"""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from probot.outcomes.sae_summary import summary, summary_of
from probot.outcomes.summary_page import page_of
from probot.study.forms import CRITERIA, LONGEST_STORY
from tests.outcomes.test_judging_an_adverse_event import NOW, SERIOUS, STUDY, ZHOU, serious

WICKED = """<script>alert(1)</script> & "quoted" 'twice' <img src=x onerror=go()>"""


class Read(HTMLParser):
    """The words that a browser shows, and the tags it meets."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: set[str] = set()
        self.attributes: dict[str, str | None] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= dict(attrs)

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.words.append(data)


def page(language: str, **answers: object) -> tuple[str, str]:
    """The page and the message of a signed event."""
    one = replace(serious("signed", **answers), signed=1, signed_by=ZHOU, signed_at=NOW)
    found = summary_of(STUDY, one, "P-001", language, {"zhou": "Zhou"})
    assert found is not None
    return page_of(found, language), summary(STUDY, one, "P-001", language, {"zhou": "Zhou"}).text


@pytest.mark.parametrize(("language", "tag"), [("en", "en"), ("zh", "zh-Hans")])
def test_it_says_what_the_message_says_and_what_anybody_wrote_is_text(language: str, tag: str) -> None:
    html, text = page(language, narrative=WICKED, onset="2026-02")
    read = Read(html)
    shown = "".join(read.words)
    for line in text.splitlines():
        label, _, value = line.partition("：" if language == "zh" else ": ")
        assert label in read.words
        assert value in shown
    assert WICKED in read.words, "as it was written"
    assert read.attributes["lang"] == tag
    assert read.tags == {
        "html", "head", "meta", "title", "style", "body", "h1", "h2", "table", "tr", "th", "td", "p",
    }  # fmt: skip
    assert not re.search("https?://|url\\(|@import", html), "it needs nothing beside itself"
    assert "default-src 'none'" in html


@pytest.mark.browser
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_longest_summary_is_one_sheet_of_paper(language: str, chromium_path: str, tmp_path: Path) -> None:
    words = "病房早晨起不能饮水，" if language == "zh" else "Cannot drink since the morning, "
    story = (words * LONGEST_STORY)[:LONGEST_STORY]
    answers = {
        **SERIOUS, "criteria": CRITERIA, "term": "other", "search": "t12", "specify": words * 8, "outcome": "fatal",
        "ended": "2026-03-03", "narrative": story,
    }  # fmt: skip
    html, sheet = tmp_path / "page.html", tmp_path / "sheet.pdf"
    html.write_text(page(language, **answers)[0], encoding="utf-8")
    subprocess.run(
        [chromium_path, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", f"--print-to-pdf={sheet}",
         html.as_uri()], check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    assert len(re.findall(rb"/Type */Page[^s]", sheet.read_bytes())) == 1
