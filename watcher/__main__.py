"""The watcher as a process: ``python -m watcher [--chains ethereum,bsc]``."""

from __future__ import annotations

import argparse
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


if __name__ == "__main__":
    sys.exit(main("watcher", run_watcher, **_arguments()))
