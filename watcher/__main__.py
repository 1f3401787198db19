"""The watcher as a process: ``python -m watcher``."""

from __future__ import annotations

import sys

from data.process import main
from watcher.wiring import run_watcher

if __name__ == "__main__":
    sys.exit(main("watcher", run_watcher))
