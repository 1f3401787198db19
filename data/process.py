"""What both processes have in common: settings, log, signals, and how they end."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine
from importlib.util import find_spec

import structlog
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError

from data.database import plain_reason
from data.errors import EX_CONFIG, ConfigurationError, SpyhopError
from data.logging import secrets_of, set_up_logging
from data.settings import Settings, load_settings

Run = Callable[[Settings, asyncio.Event], Coroutine[None, None, None]]
"""A process's body: it returns soon after the event is set."""

log = structlog.get_logger(__name__)

GRACE = 8.0
"""Seconds between a signal and the end, for whatever is under way."""


def main(name: str, run: Run, **options: str) -> int:
    """Run a process until SIGTERM or SIGINT; its exit status.

    ``options`` are settings that its command line gives, which go before all others.

    0: asked to end. 1: it could not go on, and a restart may help. 78: its configuration is
    wrong, and no restart helps; one sentence on stderr says what to write.
    """
    try:
        settings = load_settings(**options)
        set_up_logging(settings.log_level, settings.log_format, secrets_of(settings))
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(_until_signalled(name, run, settings))
    except (SpyhopError, DBAPIError, RedisError, OSError) as error:
        return _tell(name, error)
    except BaseExceptionGroup as group:
        known, unknown = group.split((SpyhopError, DBAPIError, RedisError, OSError))
        if known is None or unknown is not None:
            raise
        return _tell(name, _first(known))
    return 0


async def _until_signalled(name: str, run: Run, settings: Settings) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    body = loop.create_task(run(settings, stopping))

    def stop() -> None:
        if not stopping.is_set():
            stopping.set()
            loop.call_later(GRACE, body.cancel)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    log.debug("started", process=name)
    try:
        await body
    except asyncio.CancelledError:
        log.warning("stopped before everything under way had ended", process=name)
    log.debug("ended", process=name)


def _tell(name: str, error: BaseException) -> int:
    if isinstance(error, DBAPIError):
        sentence = f"the database does not answer: {plain_reason(error)}"
    elif isinstance(error, RedisError):
        sentence = "Redis does not answer: is REDIS_URL right, and the server up?"
    else:
        sentence = str(error)
    print(f"{name}: {sentence}", file=sys.stderr)  # noqa: T201 - seen at any log level
    return EX_CONFIG if isinstance(error, ConfigurationError) else 1


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The configuration error of a group if it has one, else whichever comes first."""
    wrong = group.subgroup(ConfigurationError)
    first = (wrong or group).exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if find_spec("uvloop") is None:
        return None
    import uvloop

    return uvloop.new_event_loop
