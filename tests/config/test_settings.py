"""Settings that belong together: half a login does not start, and none is silently without effect."""

from pathlib import Path
from typing import Any

import pytest

from config.errors import ConfigError
from config.settings import TOML_FILE, Settings, load_settings

WHOLE: dict[str, Any] = {
    "web_login": "oidc",
    "web_address": "https://utblick.example.org",
    "oidc_issuer": "https://login.example.org/tenant/v2.0",
    "oidc_client_id": "utblick",
    "oidc_client_secret": "hemligt",
    "oidc_admins": {"Utblick.Admin"},
}


def test_a_whole_login_starts() -> None:
    assert load_settings(**WHOLE).oidc_roles_claim == "roles"
    assert load_settings(**WHOLE).oidc_secret() == "hemligt"


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"oidc_issuer": None}, "oidc_issuer"),
        ({"oidc_client_id": None}, "oidc_client_id"),
        ({"oidc_client_secret": None}, "oidc_client_secret"),
        ({"oidc_client_secret_file": "secret"}, "oidc_client_secret_file"),
        ({"web_address": None}, "web_address"),
        ({"oidc_admins": None}, "oidc_admins or oidc_default_role"),
        ({"oidc_issuer": "http://login.example.org"}, "oidc_issuer: a login needs https"),
        ({"web_address": "http://utblick.example.org"}, "web_address: a login needs https"),
        ({"oidc_issuer": "login.example.org"}, "oidc_issuer"),
        ({"oidc_default_role": "admin"}, "oidc_default_role"),
        ({"oidc_session_hours": 100}, "oidc_session_hours"),
        ({"web_admins": {"anna"}}, "web_admins counts only"),
        ({"web_user_header": "X-User"}, "web_user_header counts only"),
        ({"web_login": "local"}, "counts only with web_login = oidc"),
        ({"web_login": None}, "counts only with web_login = oidc"),
    ],
)
def test_half_a_login_does_not_start(changed: dict[str, Any], named: str) -> None:
    with pytest.raises(ConfigError, match=named) as error:
        load_settings(**WHOLE | changed)
    assert "hemligt" not in str(error.value) + str(error.value.__cause__)


def test_the_file_and_the_environment_are_checked_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / TOML_FILE).write_text('oidc_readers = ["Utblick.Reader"]\n')
    with pytest.raises(ConfigError, match="oidc_readers counts only"):
        load_settings()
    (tmp_path / TOML_FILE).unlink()
    monkeypatch.setenv("UTBLICK_OIDC_CLIENT_SECRET", "hemligt")
    with pytest.raises(ConfigError, match="oidc_client_secret counts only"):
        load_settings()
    assert "hemligt" not in repr(load_settings(**WHOLE | {"oidc_client_secret": None}))


@pytest.mark.parametrize("text", ["", "07:00", "monday", "monday 24:00", "måndag 07:00", "never"])
def test_the_moment_of_alerts_is_a_day_and_an_hour(text: str) -> None:
    with pytest.raises(ConfigError, match="alerts_at"):
        load_settings(alerts_at=text)
    assert Settings(alerts_at="friday 13:30").alerts_at == "friday 13:30"
