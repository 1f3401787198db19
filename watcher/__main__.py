"""The watcher as a process: ``python -m watcher [--chains ethereum,bsc]``."""

from __future__ import annotations

import argparse
import gc
import sys

from data.process import main
from watcher.wiring import run_watcher


def _arguments() -> dict[str, str]:
    parser = argparse.ArgumentParser(
        prog="python -m watcher",
        description="Follow blockchains and write alerts into the database. Everything else is"
        " set in the environment or in .env, as .env.example tells.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--chains",
        metavar="NAMES",
        help="the chains that this process follows, with commas between, in the place of CHAINS:"
        " so several processes share them",
    )
    return {name: value for name, value in vars(parser.parse_args()).items() if value is not None}


_YOUNG, _MIDDLE = gc.get_threshold()[:2]
_FULL = 1000
"""Collections of the middle generation between two full ones, instead of 10: a full one walks the
blocks in hand, some 30 ms for three large ones, and would come with every second or third of them.
What blocks leave behind is freed without it, for it is in no cycle."""

if __name__ == "__main__":
    gc.set_threshold(_YOUNG, _MIDDLE, _FULL)
    # all is imported by now and stays: full collections, which hold up all chains, pass it over
    gc.freeze()
    sys.exit(main("watcher", run_watcher, **_arguments()))
