"""The log of both processes: structlog on stderr, foreign loggers through it, secrets left out."""

from __future__ import annotations

import logging
import re
import sys
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote, unquote, urlsplit

import structlog

from data.faults import faults

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from structlog.typing import EventDict, Processor, WrappedLogger

    from data.settings import Settings

_GONE = "…"
_BOT_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]{30,}")
_USERINFO = re.compile(r"(?<=://)[^\s'\"<>]*@")
_URL = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s'\"<>\\]+", re.IGNORECASE)
_QUERY_VALUE = re.compile(r"(?<==)[^&#\s]+")
# what providers put into a path as a key; an address or a hash is none
_PATH_KEY = re.compile(r"(?<=/)(?!0[xX])[A-Za-z0-9_-]{16,}(?=[/?#]|$)")
_SHORTEST_SECRET = 6
_CHATTY = ("aiogram.event", "aiogram.dispatcher", "aiosqlite", "asyncio", "alembic", "apscheduler")


def scrubber(secrets: Iterable[str] = ()) -> Callable[[str], str]:
    """A function that takes secrets out of a line: those named, bot tokens, keys inside URLs."""
    named = sorted(
        {form for secret in secrets if len(secret) >= _SHORTEST_SECRET for form in _forms(secret)},
        key=len,
        reverse=True,
    )

    def scrub(line: str) -> str:
        for secret in named:
            line = line.replace(secret, _GONE)
        line = _BOT_TOKEN.sub(_GONE, line)
        line = _USERINFO.sub(f"{_GONE}@", line)
        return _URL.sub(lambda match: _without_keys(match[0]), line)

    return scrub


def secrets_of(settings: Settings) -> list[str]:
    """The values of the settings that no line of a log may hold."""
    secrets = [settings.bot_token.get_secret_value()] if settings.bot_token else []
    for url in (settings.database_url, settings.redis_url):
        secrets += _password(url.get_secret_value()) if url else []
    return secrets


def set_up_logging(
    level: str, log_format: Literal["console", "json"], secrets: Iterable[str] = ()
) -> None:
    """Send structlog and the standard library's loggers to stderr, one scrubbed line an event."""
    scrub = faults.scrub = scrubber(secrets)
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        faults,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.StackInfoRenderer(),
                structlog.processors.format_exc_info,
                _renderer(log_format),
                # last, over the finished line: no value and no traceback gets past it
                _Scrub(scrub),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


class _Scrub:
    def __init__(self, scrub: Callable[[str], str]) -> None:
        self._scrub = scrub

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict | str) -> str:
        return self._scrub(str(event))


def _renderer(log_format: str) -> Processor:
    if log_format == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )


def _password(url: str) -> list[str]:
    try:
        password = urlsplit(url).password
    except ValueError:
        return [url]
    return [password, unquote(password)] if password else []


def _forms(secret: str) -> set[str]:
    return {secret, quote(secret, safe=""), unquote(secret)}


def _without_keys(url: str) -> str:
    address, mark, query = url.partition("?")
    return _PATH_KEY.sub(_GONE, address) + mark + _QUERY_VALUE.sub(_GONE, query)
