"""Typed settings of the running service: where data lies, how we present ourselves, how mail leaves.

Taken from the environment (`UTBLICK_*`) and `utblick.toml` in the working directory, in that order.
"""

from datetime import UTC, datetime
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from config.errors import ConfigError

TOML_FILE = "utblick.toml"
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MOMENT = rf"({'|'.join(DAYS)}) ([01]\d|2[0-3]):[0-5]\d"
"""A day of the week and an hour."""
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Settings(BaseSettings):
    """Everything the running service needs to know that is not a municipality's own choice of content."""

    model_config = SettingsConfigDict(
        env_prefix="UTBLICK_",
        toml_file=TOML_FILE,
        extra="forbid",
        frozen=True,
        env_ignore_empty=True,
        # An error must not repeat a secret that stands beside what is wrong.
        hide_input_in_errors=True,
    )

    config: Path | None = None
    """Folder that overlays the shipped `config/`."""
    data_dir: Path = Path("var")
    """Database (embedded), captures and run folders."""
    database_url: str | None = None
    """SQLAlchemy address; default is SQLite below `data_dir`."""
    now: datetime | None = None
    """Fixed clock (ISO 8601); None = the real one."""
    user_agent: str | None = Field(None, min_length=1)
    """The one honest User-Agent, with a contact; None = the organisation's (`Organisation.user_agent`)."""
    embeddings: Literal["auto", "off", "on"] = "auto"
    """Whether the model reads embeddings too: `auto`, where the extra `embeddings` is installed."""
    allow_private_addresses: bool = False
    """Let spiders reach non-public addresses (only for tests and closed networks)."""

    smtp_host: str = "localhost"
    smtp_port: int = Field(25, ge=1, le=65535)
    smtp_security: Literal["none", "starttls", "tls"] = "starttls"
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_timeout: float = Field(30.0, gt=0)
    """Seconds to wait for the mail server at each step."""
    smtp_per_minute: float | None = Field(None, gt=0)
    """At most so many letters a minute from one process; None = as fast as the mail server takes them."""
    mail_from: str = "utblick@localhost"
    """Sender address of the letter; what cannot be delivered is reported there (`utblick subscribers bounces`)."""
    bounces_before_pause: int = Field(3, ge=1)
    """So many letters in a row that come back for good pause a subscriber."""
    outbox_days: int = Field(30, ge=1)
    """How long a copy that failed, or whose fate is unknown, can be sent again; then `db clean` forgets it."""
    letter_at: str = Field("monday 07:00", pattern=rf"^(never|{MOMENT})$")
    """When `utblick serve` sends the week's letter, in the organisation's zone; `never`: only by command."""
    alerts_at: str = Field("monday 07:00", pattern=rf"^{MOMENT}$")
    """From when on weekly alerts leave, in the organisation's zone; daily ones at that hour of every day."""

    web_login: Literal["local", "header", "oidc"] = "local"
    """Who may use the pages. `local`: whoever sits at this machine; `header`: who the proxy says it is; `oidc`:
    who logs in at an OpenID provider such as Entra ID."""
    web_address: str | None = Field(None, pattern=r"^https?://[A-Za-z0-9.-]+(:\d{1,5})?$")
    """Where people reach the pages, without a path: https://utblick.example.org. Compulsory with a login."""
    web_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    """Networks from which the proxy's word on who somebody is counts. Compulsory with `header`; with `oidc` those
    from which anybody may connect, without any only this machine."""
    web_user_header: str = Field("X-Remote-User", pattern=r"^[A-Za-z0-9-]{1,60}$")
    """The header in which the proxy names the person. It must remove the header from what comes from outside."""
    web_officers: frozenset[str] = frozenset()
    """Names, as the proxy gives them, of those who may correct and follow."""
    web_admins: frozenset[str] = frozenset()
    """Names of those who may also see every change that people made."""
    web_token_days: int = Field(90, ge=1)
    """A token of somebody who logs in counts so long after the person was here last."""

    oidc_issuer: str | None = Field(None, pattern=r"^https?://[^\s?#]+$")
    """The provider, as it calls itself: https://login.microsoftonline.com/TENANT/v2.0. These only with `oidc`."""
    oidc_client_id: str | None = Field(None, min_length=1)
    """What the provider calls these pages."""
    oidc_client_secret: SecretStr | None = None
    """Their password at the provider; better in the environment, or in a file:"""
    oidc_client_secret_file: Path | None = None
    """A file with the password alone."""
    oidc_roles_claim: str = Field("roles", min_length=1)
    """Where the provider says what somebody may do here: `roles` (app roles), `groups`."""
    oidc_readers: frozenset[str] = frozenset()
    """Values of that claim which let somebody read."""
    oidc_officers: frozenset[str] = frozenset()
    """Values for those who may correct and follow."""
    oidc_admins: frozenset[str] = frozenset()
    """Values for those who may also see every change that people made."""
    oidc_default_role: Literal["reader", "officer"] | None = None
    """What others may whom the provider lets in; None: nothing, they are turned away."""
    oidc_session_hours: int = Field(10, ge=1, le=24)
    """How long a login lasts."""

    @field_validator("now")
    @classmethod
    def _aware(cls, value: datetime | None) -> datetime | None:
        """A clock without a zone is taken as UTC."""
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value

    @model_validator(mode="after")
    def _proxy_declared(self) -> Self:
        """A header that anybody may send is no login."""
        if self.web_login == "header" and not (self.web_proxies and self.web_address):
            raise ValueError("web_login = header needs web_proxies and web_address")
        return self

    @model_validator(mode="after")
    def _provider_declared(self) -> Self:
        """Half a login is none, and a setting that has no effect deceives whoever made it."""
        given = self.model_fields_set
        if self.web_login != "oidc":
            for name in sorted(given):
                if name.startswith("oidc_"):
                    raise ValueError(f"{name} counts only with web_login = oidc")
            return self
        for name in ("web_officers", "web_admins", "web_user_header"):
            if name in given:
                raise ValueError(f"{name} counts only with web_login = header; roles come from oidc_roles_claim")
        for name in ("oidc_issuer", "oidc_client_id", "web_address"):
            if getattr(self, name) is None:
                raise ValueError(f"web_login = oidc needs {name}")
        if (self.oidc_client_secret is None) == (self.oidc_client_secret_file is None):
            raise ValueError("web_login = oidc needs oidc_client_secret or oidc_client_secret_file, one of them")
        if not (self.oidc_readers or self.oidc_officers or self.oidc_admins or self.oidc_default_role):
            roles = "oidc_readers, oidc_officers, oidc_admins or oidc_default_role"
            raise ValueError(f"web_login = oidc needs {roles}")
        for name in ("oidc_issuer", "web_address"):
            parts = urlsplit(getattr(self, name))
            if parts.scheme != "https" and parts.hostname not in LOOPBACK:
                raise ValueError(f"{name}: a login needs https")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # the library's signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # the library's signature
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Explicit values, then the environment, then `utblick.toml`."""
        return (init_settings, env_settings, TomlConfigSettingsSource(settings_cls))

    @property
    def database(self) -> str:
        """The SQLAlchemy address in force."""
        return self.database_url or f"sqlite:///{self.data_dir / 'utblick.db'}"

    def oidc_secret(self) -> str:
        """The password of these pages at the provider; it must reach no log.

        Raises:
            ConfigError: the declared file cannot be read, or is empty.
        """
        if self.oidc_client_secret is not None:
            return self.oidc_client_secret.get_secret_value()
        path = self.oidc_client_secret_file
        try:
            found = path.read_text("utf-8").strip() if path else ""
        except (OSError, UnicodeDecodeError) as exc:
            raise ConfigError(f"oidc_client_secret_file {path}: cannot be read: {exc}") from exc
        if not found:
            raise ConfigError(f"oidc_client_secret_file {path}: holds no secret")
        return found

    @property
    def captures(self) -> Path:
        """The folder of raw responses, addressed by hash."""
        return self.data_dir / "captures"


def load_settings(**explicit: object) -> Settings:
    """The settings in force; `explicit` values (from command-line options) win over all others.

    Raises:
        ConfigError: an unknown or wrong setting, or a broken `utblick.toml`.
    """
    import tomllib

    try:
        return Settings(**{name: value for name, value in explicit.items() if value is not None})  # type: ignore[arg-type]  # checked by pydantic itself
    except ValidationError as exc:
        first = exc.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        where = f"setting {field} (UTBLICK_{field.upper()} or {TOML_FILE})" if field else "settings"
        raise ConfigError(f"{where}: {first['msg']}") from exc
    except tomllib.TOMLDecodeError as exc:
        raise ConfigError(f"{TOML_FILE}: not valid TOML: {exc}") from exc
