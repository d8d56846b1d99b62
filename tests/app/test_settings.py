"""Is every wrong setting named in plain words, all at once, and no secret shown with it?"""

from __future__ import annotations

import pytest

from probot.app.settings import Settings, WrongSetting, host_and_port, read_settings, unknown_variables

TOKEN = "7001234567:made-up-for-tests_so-no-secret"


def given(monkeypatch: pytest.MonkeyPatch, **values: str) -> Settings:
    for name, value in values.items():
        monkeypatch.setenv(f"PROBOT_{name.upper()}", value)
    return read_settings()


def test_without_any_setting_the_sandbox_is_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = given(monkeypatch)
    assert settings.in_sandbox
    assert settings.database == "sqlite:///data/sandbox.db"


@pytest.mark.parametrize("blank", ["", "  "])
def test_an_empty_variable_is_one_that_is_not_set(monkeypatch: pytest.MonkeyPatch, blank: str) -> None:
    names = ("telegram_token", "telegram_api", "database_url", "config", "webhook_url", "webhook_secret")
    assert given(monkeypatch, **dict.fromkeys((*names, "listen", "log_level"), blank)) == Settings()


@pytest.mark.parametrize(
    "root", ["http://127.0.0.1:8081", "http://127.0.0.1:8081/", " http://127.0.0.1:8081 "]
)
def test_an_address_with_and_without_a_slash_is_the_same(monkeypatch: pytest.MonkeyPatch, root: str) -> None:
    assert given(monkeypatch, telegram_api=root).telegram_api == "http://127.0.0.1:8081"


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"telegram_token": "my-secret-token"}, "PROBOT_TELEGRAM_TOKEN"),
        ({"telegram_token": "7001:my secret"}, "PROBOT_TELEGRAM_TOKEN"),
        ({"telegram_api": "127.0.0.1:8081"}, "PROBOT_TELEGRAM_API"),
        ({"telegram_api": "http://"}, "PROBOT_TELEGRAM_API"),
        ({"database_url": "garbage"}, "PROBOT_DATABASE_URL"),
        ({"database_url": "sqlite://"}, "PROBOT_DATABASE_URL"),
        ({"database_url": "mysql://a:my-secret@b/c"}, "PROBOT_DATABASE_URL"),
        ({"database_url": "postgresql://a:my-secret@b:port/c"}, "PROBOT_DATABASE_URL"),
        ({"webhook_url": "ftp://x"}, "PROBOT_WEBHOOK_URL"),
        ({"webhook_url": "https://x.example/hook"}, "PROBOT_WEBHOOK_SECRET"),
        ({"webhook_url": "http://x.example/h", "webhook_secret": "0123456789abcdef"}, "PROBOT_WEBHOOK_URL"),
        ({"webhook_secret": "my-secret"}, "PROBOT_WEBHOOK_SECRET"),
        ({"listen": "8080"}, "PROBOT_LISTEN"),
        ({"sandbox_listen": "localhost:99999"}, "PROBOT_SANDBOX_LISTEN"),
        ({"send_limits": "none", "telegram_token": "7001:a-made-up-token"}, "PROBOT_SEND_LIMITS"),
        ({"log_level": "loud"}, "PROBOT_LOG_LEVEL"),
        ({"disk_least": "much"}, "PROBOT_DISK_LEAST"),
        ({"disk_least": "101%"}, "PROBOT_DISK_LEAST"),
    ],
)
def test_a_wrong_setting_is_named_and_no_secret_shown(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str], named: str
) -> None:
    with pytest.raises(WrongSetting) as caught:
        given(monkeypatch, **values)
    assert str(caught.value).startswith(f"{named}: ")
    assert "secret token" not in str(caught.value)
    assert "my-secret" not in str(caught.value)


def test_all_wrong_settings_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(WrongSetting) as caught:
        given(monkeypatch, telegram_token="x", listen="x", log_level="x")
    assert len(str(caught.value).splitlines()) == 3


def test_plain_http_is_for_a_server_of_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
    own = {"telegram_api": "http://127.0.0.1:8081", "webhook_secret": "0123456789abcdef"}
    assert given(monkeypatch, webhook_url="http://127.0.0.1:8080/hook", **own).webhook == (
        "http://127.0.0.1:8080/hook",
        "0123456789abcdef",
    )


def test_no_secret_stands_in_what_settings_show_of_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = given(
        monkeypatch, telegram_token=TOKEN, webhook_secret="a-secret-of-the-hook",
        database_url="postgresql://probot:its-password@h/d",
    )  # fmt: skip
    shown = f"{settings!r} {settings}"
    assert set(settings.secrets) == {TOKEN, "a-secret-of-the-hook", "its-password"}
    assert [secret for secret in settings.secrets if secret in shown] == []


def test_a_misspelt_variable_is_pointed_out() -> None:
    lines = unknown_variables(["PROBOT_TELEGRAM_TOKN", "PROBOT_TEST_DATABASE_URL", "HOME", "PROBOT_LISTEN"])
    assert lines == ["PROBOT_TELEGRAM_TOKN means nothing to probot; did you mean PROBOT_TELEGRAM_TOKEN?"]


@pytest.mark.parametrize(
    ("address", "meant"),
    [("127.0.0.1:80", ("127.0.0.1", 80)), ("[::1]:8080", ("::1", 8080)), ("localhost:0", ("localhost", 0))],
)
def test_an_address_is_taken_apart(address: str, meant: tuple[str, int]) -> None:
    assert host_and_port(address) == meant
