"""Typed settings of the running service: where data lies, how we present ourselves, how mail leaves.

Taken from the environment (`UTBLICK_*`) and `utblick.toml` in the working directory, in that order.
"""

from datetime import UTC, datetime
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Literal, Self

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


class Settings(BaseSettings):
    """Everything the running service needs to know that is not a municipality's own choice of content."""

    model_config = SettingsConfigDict(
        env_prefix="UTBLICK_", toml_file=TOML_FILE, extra="forbid", frozen=True, env_ignore_empty=True
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
    letter_at: str = Field("monday 07:00", pattern=rf"^(never|({'|'.join(DAYS)}) ([01]\d|2[0-3]):[0-5]\d)$")
    """When `utblick serve` sends the week's letter, in the organisation's zone; `never`: only by command."""

    web_login: Literal["local", "header"] = "local"
    """Who may use the pages. `local`: whoever sits at this machine; `header`: who the proxy says it is."""
    web_address: str | None = Field(None, pattern=r"^https?://[A-Za-z0-9.-]+(:\d{1,5})?$")
    """Where people reach the pages, without a path: https://utblick.example.org. Compulsory behind a proxy."""
    web_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    """Networks from which the proxy's word on who somebody is counts. Compulsory behind a proxy."""
    web_user_header: str = Field("X-Remote-User", pattern=r"^[A-Za-z0-9-]{1,60}$")
    """The header in which the proxy names the person. It must remove the header from what comes from outside."""
    web_officers: frozenset[str] = frozenset()
    """Names, as the proxy gives them, of those who may correct and follow."""
    web_admins: frozenset[str] = frozenset()
    """Names of those who may also see every change that people made."""

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
