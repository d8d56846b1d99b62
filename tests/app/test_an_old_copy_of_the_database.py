"""Is it noticed that a database is an old copy of itself, and does it keep still then? However it came there."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest

from probot.app import copies
from probot.app.build import system_clock
from probot.app.office import Office
from probot.services import quarantine
from probot.services.watch import status
from probot.store.engine import Store
from tests.app.running import Site
from tests.app.test_the_command_line import ENROL, Ran, Type, bare, probot

__all__ = ["bare", "probot"]

KEYS = count()


def new_key() -> str:
    return f"key-{next(KEYS)}"


@pytest.fixture
def opened() -> Iterator[Callable[[str], Office]]:
    offices: list[Office] = []

    def open_(url: str) -> Office:
        offices.append(Office(Store(url), system_clock()))
        return offices[-1]

    yield open_
    for office in offices:
        office.close()


def why(office: Office) -> str:
    held = office.store.look(quarantine.standing)
    return held.why if held is not None else ""


def works_on(office: Office, minutes: int = 1) -> None:
    """It has been running for so many minutes."""
    beside = copies.note_beside(office.store.url)
    assert beside is not None
    for _ in range(minutes):
        asyncio.run(copies.count_on(office, beside))


def copied(office: Office, to: Path) -> str:
    """A backup as the guide makes one."""
    with closing(sqlite3.connect(office.store.url.removeprefix("sqlite:///"))) as file:
        file.execute("VACUUM INTO ?", (str(to),))
    return f"sqlite:///{to}"


def test_a_database_that_goes_on_is_no_copy_also_after_a_crash(
    sqlite_url: str, opened: Callable[[str], Office]
) -> None:
    office = opened(sqlite_url)
    for minutes in (0, 3, 0, 1):
        copies.look(office, new_key)
        works_on(office, minutes)
        assert why(office) == ""
    office.store.transact(lambda connection: copies.counted(connection, office.clock.now()))
    copies.look(office, new_key)  # it died before that was noted beside the file
    assert why(office) == ""


def test_a_backup_that_is_copied_over_the_file_is_noticed(
    sqlite_url: str, tmp_path: Path, opened: Callable[[str], Office]
) -> None:
    office = opened(sqlite_url)
    copies.look(office, new_key)
    backup = copied(office, tmp_path / "backup.db")
    works_on(office)
    office.close()
    place = Path(sqlite_url.removeprefix("sqlite:///"))
    for ending in ("-wal", "-shm"):
        place.with_name(place.name + ending).unlink(missing_ok=True)
    shutil.copy(backup.removeprefix("sqlite:///"), place)
    again = opened(sqlite_url)
    copies.look(again, new_key)
    assert why(again) == copies.OLDER
    again.act_now(quarantine.release, "test")
    copies.look(again, new_key)
    assert why(again) == "", "once is enough"


def test_one_from_another_place_is_noticed_and_one_that_was_moved_with_its_note_is_not(
    sqlite_url: str, tmp_path: Path, opened: Callable[[str], Office]
) -> None:
    office = opened(sqlite_url)
    copies.look(office, new_key)
    alone, moved = copied(office, tmp_path / "alone.db"), copied(office, tmp_path / "moved.db")
    shutil.copy(f"{sqlite_url.removeprefix('sqlite:///')}.life", tmp_path / "moved.db.life")
    for url, expected in ((alone, copies.ELSEWHERE), (moved, "")):
        copies.look(opened(url), new_key)
        assert why(opened(url)) == expected


@pytest.mark.postgres
def test_a_copy_on_another_postgresql_is_noticed(postgres_url: str, opened: Callable[[str], Office]) -> None:
    office = opened(postgres_url)
    for _ in range(2):
        copies.look(office, new_key)
        assert why(office) == ""
    place = office.store.place()
    assert place.count("/") == 1
    office.store.transact(lambda connection: copies.lies_at(connection, office.clock.now(), f"{place}0"))
    copies.look(office, new_key)
    assert why(office) == copies.ELSEWHERE


# ------------------------------------------------------------------------------ the commands


def restored(probot: Type, file: Path, *more: str) -> Ran:
    return probot("restore", str(file), *more)


def test_restore_keeps_what_was_there_and_enters_again_who_has_withdrawn_or_left(
    bare: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "data" / "probot.db"
    monkeypatch.setenv("PROBOT_DATABASE_URL", f"sqlite:///{place}")
    bare(*ENROL)
    bare("staff", "invite", "Mei", "--role", "nurse")
    backup = tmp_path / "backup.db"
    assert bare("backup", str(backup), "--json").json["bytes"] == backup.stat().st_size
    assert backup.stat().st_mode & 0o077 == 0
    assert sorted(each.name for each in tmp_path.iterdir()) == ["backup.db", "data"], (
        "one file, and nothing beside it"
    )
    assert bare("status", "--json").json["backup"]
    bare("withdraw", "P-001", "--reason", "moved away", "--level", "contact")
    bare("staff", "remove", "Mei")
    done = restored(bare, backup, "--json").json
    assert (done["withdrawn"], done["left"]) == (["P-001"], ["Mei"])
    assert Path(done["aside"]).is_file()
    assert place.stat().st_mode & 0o077 == 0
    assert bare("participants", "--json").json[0]["status"] == "withdrawn"
    assert "held back: a backup was put in its place" in bare("status").out
    refused = bare("release")
    assert (refused.code, "probot release --checked" in refused.out) == (1, True)
    assert "It goes on" in bare("release", "--checked").out
    assert "held back" not in bare("status").out
    assert bare("release", "--checked").code == 1


def test_what_is_no_whole_backup_is_refused_and_nothing_is_changed(
    bare: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "probot.db"
    monkeypatch.setenv("PROBOT_DATABASE_URL", f"sqlite:///{place}")
    bare("publish")
    other, words = tmp_path / "other.db", tmp_path / "words.txt"
    with closing(sqlite3.connect(other)) as file:
        file.execute("CREATE TABLE x (y)")
    words.write_text("this is no database " * 200)
    for file, said in (
        (other, "is no database of probot"),
        (words, "cannot be read"),
        (tmp_path / "no", "there is no file"),
    ):
        refused = restored(bare, file)
        assert (refused.code, said in refused.err) == (1, True), refused.err
    assert "held back" not in bare("status").out
    assert sorted(tmp_path.glob("*before*")) == []


def test_hold_holds_back_until_released_on_both_databases(probot: Type, database_url: str) -> None:
    probot(*ENROL)
    assert "This database is held back: recovered" in probot("hold", "--reason", "recovered").out
    if not database_url.startswith("sqlite"):
        refused = restored(probot, Path("x"))
        assert (refused.code, "pg_restore" in refused.err) == (1, True)
        refused = probot("backup", "x.db")
        assert (refused.code, "pg_dump" in refused.err) == (1, True)
    assert probot("release", "--moved", "--json").json["dropped"] == 0


def put_an_older_one_in_place(place: Path, backup: Path) -> None:
    """As the former guide had it: the backup is copied over the file, which had run on for seven minutes."""
    with closing(sqlite3.connect(place)) as file:
        file.execute("VACUUM INTO ?", (str(backup),))
    life = Path(f"{place}.life")
    life.write_text(life.read_text().replace('"count": 0', '"count": 7'))
    shutil.copy(backup, place)


@pytest.mark.slow
async def test_a_running_probot_whose_file_was_replaced_receives_and_sends_nothing_until_it_may(
    site_on: Site,
) -> None:
    site = site_on
    bot = await site.run()
    site.enrol_at_once("P-001", "of-the-patient")
    patient = site.phone("Emma")
    await patient.welcome("of-the-patient")
    await patient.sees("How bad was the pain")
    await bot.stop()
    put_an_older_one_in_place(site.folder / "data" / "probot.db", site.folder / "backup.db")
    again = await site.run(until="probot release")
    seen = len(patient.shown)
    patient.say("4")
    with site.office() as office:
        held = office.store.look(status, office.clock.now())
        assert any(copies.OLDER in line for line in held.problems)
        assert (len(patient.shown), site.rows("responses")) == (seen, [])
        office.act_now(quarantine.release, "test")
    await again.says("probot runs")
    await site.until(lambda: [row["value"] for row in site.rows("responses")] == [4])
