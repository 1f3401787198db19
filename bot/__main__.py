"""The bot as a process: ``python -m bot``."""

from __future__ import annotations

import sys

from bot.wiring import run_bot
from data.process import main

if __name__ == "__main__":
    sys.exit(main("bot", run_bot))
