"""The environment, checked. Every setting stands in ``.env.example`` with a line on it."""

from __future__ import annotations

import os
import re
from decimal import Decimal
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from data.chains import known_chains
from data.errors import ConfigurationError
from data.labels import Labels, known_labels

if TYPE_CHECKING:
    from collections.abc import Mapping

    from data.model import Chain

_ADVICE = {
    "bool_parsing": "write on or off",
    "int_parsing": "write a whole number",
    "float_parsing": "write a number",
    "decimal_parsing": "write a number",
}
_TOKEN = re.compile(r"\d{3,20}:[A-Za-z0-9_-]{30,}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")
_TELEGRAM = "https://api.telegram.org"
_HTTP = ("http", "https")
_WEBSOCKET = ("ws", "wss")
_PUBLIC = "public"


Network = IPv4Network | IPv6Network
TELEGRAMS_NETWORKS: tuple[Network, ...] = (
    IPv4Network("149.154.160.0/20"),
    IPv4Network("91.108.4.0/22"),
)
"""Where Telegram calls webhooks from, by core.telegram.org/bots/webhooks."""


class Settings(BaseSettings):
    """All settings of both processes. Seconds, unless a name says otherwise."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8-sig", extra="ignore", env_ignore_empty=True
    )

    bot_token: SecretStr | None = None
    telegram_api_url: str = _TELEGRAM
    admin_ids: Annotated[tuple[int, ...], NoDecode] = ()
    private_bot: bool = False
    commands_per_minute: int = Field(default=60, ge=1, le=100_000)
    commands_burst: int = Field(default=30, ge=1, le=100_000)
    commands_per_minute_of_guests: int = Field(default=10, ge=1, le=100_000)
    commands_per_minute_of_groups: int = Field(default=120, ge=1, le=100_000)
    watches_per_operator: int = Field(default=10_000, ge=1, le=1_000_000)

    webhook_url: str | None = None
    webhook_secret: SecretStr | None = None
    webhook_host: str = "127.0.0.1"
    webhook_port: int = Field(default=8080, ge=0, le=65535)
    webhook_networks: Annotated[tuple[Network, ...], NoDecode] = TELEGRAMS_NETWORKS
    webhook_trusted_proxies: Annotated[tuple[Network, ...], NoDecode] = ()
    webhook_rate_per_second: float = Field(default=100, ge=1, le=100_000)

    database_url: SecretStr | None = None
    redis_url: SecretStr | None = None
    data_dir: Path = Path("var")
    auto_migrate: bool = True

    chains_dir: Path | None = None
    chains: Annotated[tuple[str, ...], NoDecode] = ("ethereum", "bsc")
    audit_receipts: bool = False
    trace_chains: Annotated[tuple[str, ...], NoDecode] = ()
    price_api_url: str = "https://coins.llama.fi"
    labels_file: Path | None = None

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["console", "json"] = "console"
    metrics_host: str = "127.0.0.1"
    watcher_metrics_port: int | None = Field(default=None, ge=1, le=65535)
    bot_metrics_port: int | None = Field(default=None, ge=1, le=65535)

    default_threshold_usd: Decimal = Field(default=Decimal(100_000), gt=0, allow_inf_nan=False)
    watches_per_chat: int = Field(default=1_000, ge=1, le=1_000_000)
    keep_movements_from_usd: Decimal = Field(default=Decimal(10_000), ge=0, allow_inf_nan=False)
    keep_movements_hours: int = Field(default=48, ge=1, le=876_000)
    keep_alerts_days: int = Field(default=90, ge=1, le=36_500)
    keep_gaps_days: int = Field(default=365, ge=1, le=36_500)
    keep_shares_days: int = Field(default=30, ge=1, le=36_500)

    rpc_timeout: float = Field(default=30, gt=0, le=86_400)
    breaker_faults: int = Field(default=5, ge=1, le=10_000)
    breaker_open_for: float = Field(default=60, gt=0, le=86_400)
    quarantine_for: float = Field(default=600, gt=0, le=86_400)
    backoff_first: float = Field(default=1, gt=0, le=86_400)
    backoff_longest: float = Field(default=8, gt=0, le=86_400)

    catch_up_within: float = Field(default=600, gt=0, le=31_536_000)

    chain_lease_for: float = Field(default=10, gt=0, le=86_400)
    chat_lease_for: float = Field(default=30, gt=0, le=86_400)
    send_lease_for: float = Field(default=60, gt=0, le=86_400)

    rate_bot_per_second: float = Field(default=25, gt=0, le=10_000)
    rate_chat_per_second: float = Field(default=0.9, gt=0, le=10_000)
    rate_chat_burst: int = Field(default=3, ge=1, le=10_000)
    rate_group_per_minute: int = Field(default=20, ge=1, le=10_000)
    paid_broadcast: bool = False
    digest_after_hours: float = Field(default=6, gt=0, le=876_000)

    @field_validator("bot_token")
    @classmethod
    def _token_is_well_formed(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not _TOKEN.fullmatch(value.get_secret_value()):
            msg = "it looks like 123456789:AbC…, as @BotFather gave it to you"
            raise ValueError(msg)
        return value

    @field_validator("log_level", "log_format", mode="before")
    @classmethod
    def _case_does_not_matter(cls, value: Any, info: ValidationInfo) -> Any:
        if not isinstance(value, str):
            return value
        return value.upper() if info.field_name == "log_level" else value.lower()

    @field_validator("admin_ids", mode="before")
    @classmethod
    def _ids_are_numbers(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        parts = [part.strip() for part in value.split(",") if part.strip()]
        if not all(re.fullmatch(r"\d{1,18}", part) for part in parts):
            msg = "write Telegram user ids with commas between, like 12345,67890"
            raise ValueError(msg)
        return tuple(int(part) for part in parts)

    @field_validator("webhook_url")
    @classmethod
    def _webhook_is_called_by_telegram(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None:
            return None
        # a Bot API server of one's own may call over plain HTTP as well
        is_telegrams = info.data.get("telegram_api_url") == _TELEGRAM
        _check_url(value, ("https", "https") if is_telegrams else _HTTP)
        return value

    @field_validator("webhook_secret")
    @classmethod
    def _secret_is_what_telegram_takes(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not _SECRET.fullmatch(value.get_secret_value()):
            msg = "write 16 to 256 letters, digits, _ and -, or leave it out"
            raise ValueError(msg)
        return value

    @field_validator("webhook_networks", "webhook_trusted_proxies", mode="before")
    @classmethod
    def _networks_can_be_read(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return tuple(ip_network(part.strip()) for part in value.split(",") if part.strip())
        except ValueError:
            msg = "write addresses or networks with commas between, like 10.0.0.0/8,::1"
            raise ValueError(msg) from None

    @field_validator("chains_dir")
    @classmethod
    def _tables_are_whole(cls, value: Path | None) -> Path | None:
        if value is not None:
            known_chains(value)
        return value

    @field_validator("labels_file")
    @classmethod
    def _labels_can_be_read(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        if value is not None:
            _labels(value, info.data.get("chains_dir"))
        return value

    @field_validator("chains", "trace_chains", mode="before")
    @classmethod
    def _chains_are_known(cls, value: Any, info: ValidationInfo) -> Any:
        if not isinstance(value, str):
            return value
        names = tuple(part.strip().lower() for part in value.split(",") if part.strip())
        known = known_chains(info.data.get("chains_dir"))
        unknown = [name for name in names if name not in known]
        if unknown or not names:
            msg = f"write names with commas between, out of: {', '.join(sorted(known))}"
            raise ValueError(msg)
        return tuple(dict.fromkeys(names))

    @field_validator("price_api_url")
    @classmethod
    def _off_is_no_url(cls, value: str) -> str:
        return "" if value.strip().lower() == "off" else value

    @field_validator("telegram_api_url", "price_api_url")
    @classmethod
    def _url_is_http(cls, value: str) -> str:
        if value:
            _check_url(value, _HTTP)
        return value.rstrip("/")

    @property
    def known_chains(self) -> Mapping[str, Chain]:
        """Every chain that there is a table of, those of CHAINS_DIR among them, by name."""
        return known_chains(self.chains_dir)

    @property
    def labels(self) -> Labels:
        """The known labels, under those of LABELS_FILE: as they were at the start."""
        return _labels(self.labels_file, self.chains_dir)

    def node_urls(self, chain: str) -> tuple[str, ...]:
        """``<CHAIN>_RPC_URLS`` if it is set, else the chain's public nodes.

        Raises ConfigurationError when the setting holds something else than URLs.
        """
        return _urls(f"{chain.upper()}_RPC_URLS", _HTTP) or self.known_chains[chain].node_urls

    def socket_urls(self, chain: str) -> tuple[str, ...]:
        """``<CHAIN>_WS_URLS``: where new heads are announced; empty without the setting.

        ``public`` stands for those of the chain's table. Raises ConfigurationError likewise.
        """
        name = f"{chain.upper()}_WS_URLS"
        if (_setting(name) or "").strip().lower() != _PUBLIC:
            return _urls(name, _WEBSOCKET)
        urls = self.known_chains[chain].ws_urls
        if not urls:
            msg = f"{name}: no public ones are known, so write one or more URLs, or leave it out"
            raise ConfigurationError(msg)
        return urls

    @property
    def database(self) -> str:
        """Where the data is; SQLite in DATA_DIR unless DATABASE_URL says otherwise."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite+aiosqlite:///{self.data_dir.absolute() / 'spyhop.db'}"

    @property
    def redis(self) -> str:
        """REDIS_URL; raises ConfigurationError when nobody set it."""
        if self.redis_url is None:
            msg = (
                "REDIS_URL is not set: start everything with `python run.py`, which brings its own"
                " Redis, or set REDIS_URL=redis://… for a process on its own"
            )
            raise ConfigurationError(msg)
        return self.redis_url.get_secret_value()


@cache
def _labels(file: Path | None, chains_dir: Path | None) -> Labels:
    try:
        return known_labels(file, known_chains(chains_dir))
    except ConfigurationError as error:
        msg = f"LABELS_FILE: {error}"
        raise ConfigurationError(msg) from None


def _urls(name: str, schemes: tuple[str, str]) -> tuple[str, ...]:
    """What the setting of that name lists; none if it is not set. Raises ConfigurationError."""
    text = _setting(name)
    if not text:
        return ()
    urls = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    for position, url in enumerate(urls, 1):
        try:
            _check_url(url, schemes)
        except ValueError as error:
            msg = f"{name}: URL {position} is wrong: {error}"
            raise ConfigurationError(msg) from None
    if not urls:
        msg = f"{name}: write one or more URLs with commas between, or leave it out"
        raise ConfigurationError(msg)
    return urls


def _check_url(url: str, schemes: tuple[str, str]) -> None:
    try:
        parts = urlsplit(url)
        good = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or any(character.isspace() for character in url):
        msg = f"a URL starts with {schemes[0]}:// or {schemes[1]}:// and names a host"
        raise ValueError(msg)


def _setting(name: str) -> str | None:
    """A setting outside of the model: the environment's, else the one in ``.env``."""
    return os.environ.get(name) or _from_env_file(name)


def _from_env_file(name: str) -> str | None:
    config = Settings.model_config
    path = Path(str(config.get("env_file")))
    if not path.is_file():
        return None
    return dotenv_values(path, encoding=config.get("env_file_encoding")).get(name)


def load_settings(**overrides: Any) -> Settings:
    """Read the environment and ``.env``. Raises ConfigurationError naming the first bad setting.

    ``overrides`` go before both, and are called ``--name`` as on a command line. The error never
    holds the value: it may be a secret.
    """
    try:
        return Settings(**overrides)
    except UnicodeDecodeError:
        msg = ".env is not text in UTF-8: save it as that"
        raise ConfigurationError(msg) from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = str(first["loc"][0]) if first["loc"] else ""
        name = f"--{field}" if field in overrides else field.upper() or "settings"
        why = _ADVICE.get(first["type"]) or str(first["msg"]).removeprefix("Value error, ")
        msg = f"{name} is wrong: {why}"
        raise ConfigurationError(msg) from None
