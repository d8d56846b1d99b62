"""Can every word of a picture be drawn, is it of a size that a phone shows, and is it the same each time?"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from PIL import Image

from probot.alerts.picture import Picture
from probot.alerts.trajectory import Answered, Awaited, Days, trajectory
from probot.pictures.draw import WIDTH, png
from probot.pictures.sheet import NO_GLYPH, cut_to, drawable, has_glyph, width_of
from probot.study.model import Study, Trajectory, Views
from probot.wording import _catalogue
from tests.world import shipped_study as shipped

TODAY = date(2026, 3, 16)
BOTH = pytest.mark.parametrize("language", ["en", "zh"])


def picture(language: str, *show: str, days: int = 14) -> Picture:
    study = replace(shipped(), views=Views(Trajectory(days, show)))
    answers = [
        Answered(TODAY - timedelta(days=ago), item, value(study, item, ago))
        for item in show
        for ago in range(0, days, 2)
    ]
    awaited = [Awaited(TODAY - timedelta(days=ago), "daily_diary", "missed") for ago in range(1, days, 2)]
    found = trajectory(study, Days("P-001", TODAY, answers, awaited), language)
    assert found is not None
    return found


def value(study: Study, name: str, ago: int) -> object:
    item = study.item(name)
    if item.options:
        return item.options[ago % len(item.options)].id
    return 36.5 + ago / 10 if item.kind == "number" else ago % 11


def words_of_the_study() -> Iterator[str]:
    for instrument in shipped().instruments.values():
        for item in instrument.items:
            yield from item.label.values()
            yield from item.text.values()
            yield from (text for option in item.options for text in option.text.values())
    yield from (text for rule in shipped().rules.values() for text in rule.title.values())


def test_every_word_of_the_study_and_of_probot_has_its_glyphs() -> None:
    ours = [
        form
        for language in ("en", "zh")
        for key, forms in _catalogue(language).texts.items()
        if key.startswith("picture.")
        for form in forms
    ]
    drawn = {each for text in (*words_of_the_study(), *ours) for each in text}
    assert len(drawn) > 400
    assert sorted(each for each in drawn if not has_glyph(each)) == []


def test_the_whole_of_gb_2312_can_be_drawn() -> None:
    rows = [bytes((high, low)) for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF)]
    characters = {each for row in rows if (each := row.decode("gb2312", errors="ignore"))}
    assert len(characters) > 6700
    assert sorted(each for each in characters if not has_glyph(each)) == []


@pytest.mark.parametrize("character", ["\U0001f600", "ش", "ก", "\U00020000"])
def test_what_the_font_does_not_have_is_a_box_on_purpose(character: str) -> None:
    assert not has_glyph(character)
    assert drawable(f"a{character}b") == f"a{NO_GLYPH}b"
    assert has_glyph(NO_GLYPH), unicodedata.name(NO_GLYPH)


@BOTH
@pytest.mark.parametrize(
    "show",
    [("pain_oral",), ("pain_oral", "pain_skin", "temperature", "grade_oral", "product_oral", "product_skin")],
)
def test_a_picture_is_a_png_that_a_phone_can_show(language: str, show: tuple[str, ...]) -> None:
    drawn = png(picture(language, *show))
    assert len(drawn) < 200_000
    with Image.open(io.BytesIO(drawn)) as image:
        assert image.format == "PNG"
        assert image.width == WIDTH
        assert image.width * 0.8 < image.height < image.width * 2.2
        edges = image.convert("L").crop((WIDTH - 6, 0, WIDTH, image.height)).getextrema()
    assert edges[0] > 250, "nothing runs over the right edge"


def test_the_same_description_gives_the_same_bytes() -> None:
    assert png(picture("zh", "pain_oral", days=28)) == png(picture("zh", "pain_oral", days=28))


def test_a_long_label_is_cut_to_the_room_there_is() -> None:
    cut = cut_to("研究用品漱口液" * 20, 36, 400)
    assert cut.endswith("…")
    assert width_of(cut, 36) <= 400
    assert cut_to("短", 36, 400) == "短"
