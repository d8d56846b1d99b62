"""Can a person and a program work with the commands? What they print, what they refuse, and with which exit code."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from probot import __version__
from probot.app.cli import app
from probot.services.export import COLUMNS, cell
from probot.store.engine import Store

ROOT = Path(__file__).parents[2]
ENROL = (
    "enrol", "P-001", "--arm", "control", "--site", "oral", "--language", "zh",
    "--anchor", "transplant=2026-02-20", "--anchor", "treatment_start=2026-03-02",
)  # fmt: skip


class Ran:
    """What a command did."""

    def __init__(self, result: Any) -> None:
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
        self.code, self.out, self.err = result.exit_code, result.stdout, result.stderr

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Type = Callable[..., Ran]


@pytest.fixture
def probot(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database_url: str) -> Type:
    """Type a command against a fresh database, with the shipped study, as in the sandbox."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PROBOT_DATABASE_URL", database_url)
    monkeypatch.setenv("COLUMNS", "200")
    runner = CliRunner()
    return lambda *words: Ran(runner.invoke(app, list(words)))


def test_help_names_every_exit_code_and_where_to_begin(probot: Type) -> None:
    shown = probot("--help")
    assert shown.code == 0
    for words in ("probot run", "enrol", "staff", "export", "Exit codes:", "5 "):
        assert words in shown.out
    assert probot("--version").out.strip() == __version__
    assert probot("enrol", "--help").code == 0
    assert probot("nonsense").code == 2


def test_enrol_gives_a_program_exactly_four_things(probot: Type) -> None:
    given = probot(*ENROL, "--json").json
    assert list(given) == ["code", "link", "token", "expires_at"]
    assert given["code"] == "P-001"
    assert given["link"].endswith(f"?start={given['token']}")
    assert len(given["token"]) == 32
    assert datetime.fromisoformat(given["expires_at"]).utcoffset() is not None
    assert given["token"] not in probot("export", "audit").out


def test_everything_wrong_with_an_enrolment_is_said_at_once_and_nobody_is_enrolled(probot: Type) -> None:
    refused = probot(
        "enrol", "P 1", "--arm", "contrl", "--site", "oral,lung", "--language", "fr", "--zone", "Mars/Base",
        "--anchor", "transplant=2026-02-30", "--anchor", "tretment_start=2026-03-02", "--attribute", "sex=f",
    )  # fmt: skip
    assert refused.code == 1
    assert refused.out == ""
    for words in (
        "'P 1' is no subject code", "'contrl' is no arm: one of control, msc", "'lung' is no site", "'fr'",
        "'Mars/Base' is no time zone", "'2026-02-30' is no date", "did you mean 'treatment_start'?",
        "the study knows no 'sex'", "say when treatment_start is (or was): --anchor treatment_start=YYYY-MM-DD",
    ):  # fmt: skip
        assert words in refused.err
    assert probot("participants", "--json").json == []


@pytest.mark.parametrize("date", ["20260302", "2026-W10-1", "2026-3-2 10:00", "02.03.2026", ""])
def test_a_date_is_written_in_one_way(probot: Type, date: str) -> None:
    assert probot(*ENROL[:-1], f"treatment_start={date}").code == 1


def test_a_code_is_enrolled_once_and_gets_new_links_only_when_asked_to(probot: Type) -> None:
    first = probot(*ENROL, "--json").json
    twice = probot(*ENROL)
    assert (twice.code, "add --again" in twice.err) == (1, True)
    second = probot("enrol", "P-001", "--again", "--json").json
    assert second["token"] != first["token"]
    assert probot("enrol", "P-009", "--again").code == 1
    assert len(probot("participants", "--json").json) == 1


def test_the_same_name_given_twice_is_refused(probot: Type) -> None:
    assert "given twice" in probot(*ENROL, "--anchor", "transplant=2026-02-21").err
    assert "write it as NAME=VALUE" in probot(*ENROL, "--anchor", "transplant").err


def test_the_plan_is_told_in_local_time(probot: Type) -> None:
    probot(*ENROL, "--zone", "Asia/Kathmandu")
    lines = probot("plan", "P-001", "--json").json
    assert {line["asked"][10:] for line in lines if line["timepoint"] == "daily_diary"} == {"T09:00+05:45"}
    shown = probot("plan", "P-001")
    assert "2026-03-02 09:00" in shown.out
    assert "Hours of Asia/Kathmandu." in shown.out
    unknown = probot("plan", "P-009")
    assert (unknown.code, "nobody is enrolled as 'P-009'" in unknown.err) == (1, True)


def test_an_anchor_that_is_set_changes_the_plan_and_stands_in_the_trail(probot: Type) -> None:
    probot(*ENROL)
    before = len(probot("plan", "P-001", "--json").json)
    done = probot("anchor", "P-001", "treatment_end=2026-03-10", "--reason", "discharged", "--json")
    assert done.json == {"code": "P-001", "anchor": "treatment_end", "date": "2026-03-10"}
    assert len(probot("plan", "P-001", "--json").json) < before
    again = probot("anchor", "P-001", "treatment_end=2026-03-12", "--reason", "a slip")
    assert again.code == 0
    trail = [json.loads(line) for line in probot("export", "audit", "--format", "jsonl").out.splitlines()]
    set_rows = [row for row in trail if row["action"] == "anchor set"]
    assert [(row["old"], row["new"], row["reason"]) for row in set_rows] == [
        (None, "2026-03-10", "discharged"),
        ("2026-03-10", "2026-03-12", "a slip"),
    ]
    assert probot("anchor", "P-001", "end=2026-03-10").code == 1
    assert probot("anchor", "P-009", "treatment_end=2026-03-10").code == 1


def test_whoever_travels_is_asked_by_the_clocks_there_and_about_no_day_twice(probot: Type) -> None:
    probot(*ENROL)
    here = probot("plan", "P-001", "--json").json
    assert probot("zone", "P-001", "Berlin").code == 1
    assert probot("zone", "P-999", "Europe/Berlin").code == 1
    moved = probot("zone", "P-001", "Europe/Berlin", "--reason", "at her sister's", "--json").json
    assert moved == {"code": "P-001", "zone": "Europe/Berlin", "before": "Asia/Shanghai"}
    there = probot("plan", "P-001", "--json").json
    assert {one["zone"] for one in there} == {"Europe/Berlin"}
    assert [(one["timepoint"], one["asked"][:16]) for one in there] == [
        (one["timepoint"], one["asked"][:16]) for one in here
    ], "at the same hours, by other clocks"
    lines = probot("export", "audit", "--format", "jsonl").out.splitlines()
    (noted,) = [row for row in map(json.loads, lines) if row["action"] == "zone set"]
    assert (noted["old"], noted["new"], noted["reason"]) == (
        "Asia/Shanghai",
        "Europe/Berlin",
        "at her sister's",
    )


def test_what_happened_is_recorded_with_its_date_and_taken_back_with_a_reason(probot: Type) -> None:
    probot(*ENROL)
    done = probot("event", "P-001", "infection=2026-03-04", "--json")
    assert done.json == {"code": "P-001", "event": "infection", "day": "2026-03-04", "taken_back": False}
    for words, said in (
        ("infection=2026-03-04", "already"),
        ("infection=2126-03-04", "still to come"),
        ("infektion=2026-03-04", "admission"),
    ):
        refused = probot("event", "P-001", words)
        assert (refused.code, said in refused.err) == (1, True)
    assert probot("event", "P-001", "infection on Monday").code == 2
    assert probot("event", "P-001", "infection=2026-03-04", "--take-back").code == 2
    assert probot("event", "P-001", "infection=2026-03-04", "--take-back", "--reason", "P-007").code == 0
    (row,) = [json.loads(line) for line in probot("export", "events", "--format", "jsonl").out.splitlines()]
    assert (row["recorded_by"], row["void_reason"]) == ("operator", "P-007")


def test_the_endpoint_is_shown_for_everybody_or_one_and_cannot_be_set(probot: Type) -> None:
    probot(*ENROL)
    (row,) = probot("endpoint", "--json").json
    assert (row["code"], row["site"], row["state"], row["healed_on"]) == (
        "P-001",
        "oral",
        "no_examination",
        None,
    )
    assert "no_examination" in probot("endpoint", "P-001").out
    assert probot("endpoint", "P-009").code == 1


def test_withdrawing_needs_a_reason_and_happens_once(probot: Type) -> None:
    probot(*ENROL)
    assert probot("withdraw", "P-001").code == 2
    assert probot("withdraw", "P-001", "--reason", " ").code == 1
    done = probot("withdraw", "P-001", "--reason", "moved away", "--level", "contact", "--json").json
    assert done == {"code": "P-001", "status": "withdrawn", "level": "contact", "reason": "moved away"}
    assert probot("withdraw", "P-001", "--reason", "again").code == 1
    assert probot("enrol", "P-001", "--again").code == 1


def test_staff_are_invited_listed_and_let_go(probot: Type) -> None:
    wrong = probot("staff", "invite", "Mei", "--role", "nurs")
    assert (wrong.code, "did you mean 'nurse'?" in wrong.err) == (1, True)
    assert list(probot("staff", "invite", "Mei", "--role", "nurse", "--json").json) == [
        "name", "link", "token", "expires_at",
    ]  # fmt: skip
    assert [(one["name"], one["role"]) for one in probot("staff", "list", "--json").json] == [
        ("Mei", "nurse")
    ]
    assert "did you mean 'Mei'?" in probot("staff", "remove", "Mai").err
    assert probot("staff", "remove", "Mei", "--json").json == {"name": "Mei", "status": "left"}
    assert probot("staff", "remove", "Mei").code == 1
    assert "Mei" in probot("staff", "list").out


def test_the_teams_link_opens_a_choice_of_groups(probot: Type) -> None:
    bound = probot("team", "bind", "--json").json
    assert bound["link"].endswith(f"?startgroup={bound['token']}")
    assert "/start" in probot("team", "bind").out


def test_status_says_in_words_and_code_what_is_wrong(probot: Type) -> None:
    probot("publish")
    told = probot("status", "--exit-code")
    assert told.code == 5
    assert "Telegram has never been heard" in told.out
    assert "nobody would hear an alert" in told.out
    assert probot("status").code == 0
    as_json = probot("status", "--json").json
    assert (as_json["well"], len(as_json["problems"])) == (False, 2)


def test_status_and_export_say_that_the_disk_fills_up(
    probot: Type, tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    probot(*ENROL)
    monkeypatch.setenv("PROBOT_DISK_LEAST", "100%")
    told, room = probot("status", "--exit-code"), probot("status", "--json").json["room"]
    assert told.code == 5
    if database_url.startswith("sqlite"):
        assert "the disk is filling up" in told.out
        assert room["free"] < room["least"] == room["total"]
    else:
        assert "not watched: PostgreSQL keeps its own" in told.out
        assert room is None
    assert "The disk is filling up" in probot("export", "audit", "--to", str(tmp_path / "audit.csv")).err
    assert "filling" not in probot("export", "audit").err


def test_check_and_publish_tell_all_problems_and_change_nothing(probot: Type, tmp_path: Path) -> None:
    broken = next(path for path in sorted((ROOT / "tests" / "studies" / "broken").iterdir()) if path.is_dir())
    checked = probot("check", str(broken), "--json")
    assert (checked.code, checked.json["ok"]) == (3, False)
    assert {"code", "severity", "file", "line", "column", "message", "help"} == set(
        checked.json["problems"][0]
    )
    assert probot("publish", str(broken)).code == 3
    assert probot("status", "--json").json["study"] is None
    nowhere = probot("check", str(tmp_path / "nowhere"))
    assert (nowhere.code, "no such folder" in nowhere.err) == (3, True)
    assert probot("check", "--json").json["ok"] is True
    assert probot("publish", "--json").json["published"] is True
    assert probot("publish", "--json").json["published"] is False


def test_migrating_twice_is_migrating_once(probot: Type) -> None:
    assert probot("migrate", "--json").json == probot("migrate", "--json").json


@pytest.mark.parametrize("what", list(COLUMNS))
def test_every_export_comes_as_a_table_and_as_lines(probot: Type, what: str, tmp_path: Path) -> None:
    probot(*ENROL)
    table = probot("export", what)
    assert table.out.startswith("\ufeff")
    assert next(csv.reader(io.StringIO(table.out[1:]))) == list(COLUMNS[what])
    lines = probot("export", what, "--format", "jsonl")
    assert all(list(json.loads(line)) == list(COLUMNS[what]) for line in lines.out.splitlines())
    assert probot("export", what, "--to", str(tmp_path / "x.csv")).out == ""
    assert (tmp_path / "x.csv").read_bytes().decode().replace("\r\n", "\n") == table.out
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    lost = probot("export", what, "--to", str(tmp_path / "no" / "x.csv"))
    assert (lost.code, "x.csv: No such file or directory" in lost.err) == (1, True)


HOSTILE = (
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1", "ok;=1+1", "ok,=1", "ok\t=1", "ok\n=1",
    'ok";=1', "ok; =cmd|' /C calc'!A0", '"=1', "a|=1",
)  # fmt: skip


@pytest.mark.parametrize("words", HOSTILE)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_no_cell_begins_like_a_formula_whatever_a_country_takes_for_its_end(
    words: str, delimiter: str
) -> None:
    written = io.StringIO()
    csv.writer(written).writerow(["P-001", cell(words), "end"])
    for line in csv.reader(io.StringIO(written.getvalue(), newline=""), delimiter=delimiter):
        for one in line:
            assert one.lstrip(' "')[:1] not in {"=", "+", "-", "@", "\t", "\r", "＝"}


def test_a_number_stays_a_number_and_plain_words_stay_as_they_are() -> None:
    assert [cell(value) for value in (-5, 36.8, True, None, "ok, fine - really", "10-12", "疼；还好")] == [
        "-5", "36.8", "true", "", "ok, fine - really", "10-12", "疼；还好",
    ]  # fmt: skip


def test_a_qr_code_can_be_drawn_and_only_where_that_is_possible(probot: Type, tmp_path: Path) -> None:
    assert probot(*ENROL, "--qr", str(tmp_path / "link.svg"), "--json").code == 0
    assert b"<svg" in (tmp_path / "link.svg").read_bytes()
    wrong = probot("enrol", "P-001", "--again", "--qr", str(tmp_path / "link.jpg"))
    assert (wrong.code, ".svg or .png" in wrong.err) == (2, True)
    assert probot("enrol", "P-001", "--again", "--qr", str(tmp_path / "no" / "link.svg")).code == 2


def test_on_a_terminal_the_link_is_also_a_qr_code(sqlite_url: str, tmp_path: Path) -> None:
    screen, terminal = pty.openpty()
    environment = os.environ | {"PROBOT_DATABASE_URL": sqlite_url, "PYTHONPATH": str(ROOT), "TERM": "xterm"}
    subprocess.run(
        [sys.executable, "-m", "probot", *ENROL], cwd=tmp_path, env=environment, stdout=terminal, check=True,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(terminal)
    shown = b""
    with open(screen, "rb", closefd=True) as reader:  # noqa: PTH123 -- a terminal has no path
        while chunk := _rest(reader.fileno()):
            shown += chunk
    assert shown.decode().count("▄") + shown.decode().count("▀") > 100
    assert "https://t.me/" in shown.decode()


def _rest(screen: int) -> bytes:
    try:
        return os.read(screen, 65536)
    except OSError:  # nobody holds the terminal's other end any more
        return b""


# ------------------------------------------------------------------------------ no database, or the wrong one


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Type:
    """Type a command in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    runner = CliRunner()
    return lambda *words: Ran(runner.invoke(app, list(words)))


@pytest.mark.parametrize(
    "words",
    [("status",), ("participants",), ("plan", "P-001"), ("export", "audit"), ("staff", "list"), ("withdraw", "P-001", "--reason", "x")],
)  # fmt: skip
def test_looking_makes_no_database(bare: Type, tmp_path: Path, words: tuple[str, ...]) -> None:
    told = bare(*words)
    assert (told.code, "There is no database at data/sandbox.db" in told.err) == (4, True)
    assert list(tmp_path.iterdir()) == []


def test_a_database_is_its_owners_alone(bare: Type, tmp_path: Path) -> None:
    assert bare(*ENROL, "--json").code == 0
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0
    assert (tmp_path / "data" / "sandbox.db").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sqlite:////proc/nowhere/x.db", "/proc/nowhere: "),
        ("sqlite:///.", "unable to open database file"),
        ("sqlite:///notes.txt", "file is not a database"),
        ("postgresql://nobody:its-password@127.0.0.1:9/none", "port 9 failed: Connection refused"),
        ("oracle://x", "PROBOT_DATABASE_URL: use sqlite"),
    ],
)
def test_a_database_that_cannot_be_used_is_said_in_plain_words(
    bare: Type, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str, words: str
) -> None:
    (tmp_path / "notes.txt").write_text("Not a database. " * 100)
    monkeypatch.setenv("PROBOT_DATABASE_URL", url)
    told = bare(*ENROL)
    assert (told.code, told.out) == (4, "")
    assert words in told.err
    assert "its-password" not in told.err


def test_a_database_of_a_newer_probot_is_left_alone(probot: Type, database_url: str) -> None:
    store = Store(database_url)
    with store.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    store.close()
    told = probot("status")
    assert (told.code, "newer probot" in told.err) == (4, True)


def test_an_export_is_read_while_somebody_writes(probot: Type, database_url: str) -> None:
    probot(*ENROL)
    store = Store(database_url)
    with store.reading() as reader, store.begin() as writer:
        counted = "SELECT count(*) FROM enrolment"
        assert reader.exec_driver_sql(counted).scalar() == 1
        writer.exec_driver_sql("UPDATE enrolment SET language = 'en'")
        assert reader.exec_driver_sql("SELECT language FROM enrolment").scalar() == "zh"
    store.close()
