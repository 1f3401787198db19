"""The bot as a process: ``python -m bot``."""

from __future__ import annotations

import asyncio
import sys

from data.process import main
from data.settings import Settings


async def _run(settings: Settings, stopping: asyncio.Event) -> None:
    # aiogram takes seconds to import: a wrong setting is told before
    from bot.wiring import run_bot

    await run_bot(settings, stopping)


if __name__ == "__main__":
    sys.exit(main("bot", _run))
