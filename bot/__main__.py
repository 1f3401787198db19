"""``python -m bot``: commands in, messages out."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import DBAPIError

from bot.wiring import run_bot
from data.database import plain_reason
from data.errors import EX_CONFIG, ConfigurationError
from data.logging import secrets_of, set_up_logging
from data.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable

_log = structlog.get_logger("bot")


def main() -> int:
    """Run until a signal. The exit status: 0, 78 for a wrong configuration, 1 for a failure."""
    try:
        settings = load_settings()
        set_up_logging(settings.log_level, settings.log_format, secrets_of(settings))
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(run_bot(settings))
    except ConfigurationError as error:
        print(f"spyhop: {error}", file=sys.stderr)  # noqa: T201 - a process speaks on stderr
        return EX_CONFIG
    except DBAPIError as error:
        _log.error("the database cannot be used", why=plain_reason(error))
        return 1
    except asyncio.CancelledError:
        _log.warning("stopped before everything under way had ended")
    except OSError as error:
        _log.error("something cannot be reached", why=str(error))
        return 1
    except Exception:  # noqa: BLE001 - the last stop: the log gets it, scrubbed
        _log.exception("the bot ends")
        return 1
    return 0


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's where there is one."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


if __name__ == "__main__":
    sys.exit(main())
