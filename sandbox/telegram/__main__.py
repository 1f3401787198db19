"""`python -m sandbox.telegram`: the server as a process of its own.

Prints one JSON line with `url`, `page_url` and `token` once it listens; SIGINT or SIGTERM ends it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys

from sandbox.telegram.limits import Limits
from sandbox.telegram.sample import fill
from sandbox.telegram.sandbox import DEFAULT_TOKEN, TelegramSandbox


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.telegram", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0: a free one (default)")
    parser.add_argument("--token", default=DEFAULT_TOKEN, help="the only token that is taken")
    parser.add_argument("--no-limits", action="store_true", help="never answer 429")
    parser.add_argument("--sample", action="store_true", help="begin with chats to look at")
    return parser.parse_args()


async def _serve(arguments: argparse.Namespace) -> None:
    limits = Limits.none() if arguments.no_limits else Limits()
    sandbox = TelegramSandbox(token=arguments.token, limits=limits)
    await sandbox.start(arguments.host, arguments.port)
    if arguments.sample:
        await fill(sandbox)
    ready = {"url": sandbox.url, "page_url": sandbox.page_url, "token": sandbox.token}
    sys.stdout.write(json.dumps(ready) + "\n")
    sys.stdout.flush()
    ended = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, ended.set)
    await ended.wait()
    await sandbox.stop()


if __name__ == "__main__":
    asyncio.run(_serve(_arguments()))
