"""Processes that die where they are told to: ``python -m tests.faults.mortal worker|watcher``.

It imports everything once and then forks, so that the next life begins in a hundredth of a second.
A line on stdin begins one: JSON with ``settings``, ``owner`` and maybe ``point`` and ``times``. On
stdout it tells ``began <pid>`` and ``ended <pid> <status>``, and ``unknown <chat>`` whenever a
worker has no answer to a send in time; all lives end with its stdin.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import json
import os
import select
import signal
import sys
from collections.abc import Callable
from typing import Any

from data.settings import Settings
from tests.faults.points import WATCHER, WORKER, die_at

_PR_SET_PDEATHSIG = 1
_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None
Tell = Callable[[str], None]
POINTS = {"worker": WORKER, "watcher": WATCHER}


async def work(settings: Settings, owner: str, stopping: asyncio.Event, tell: Tell) -> None:
    """The bot's delivery alone: any number of them share the chats."""
    from bot.delivery import Delivery
    from bot.delivery.events import DeliveryEvent, EventKind
    from bot.delivery.instruments import log_event
    from bot.wiring import open_bot
    from data.database import open_database
    from data.redis.connection import open_redis

    bot, redis, database = open_bot(settings), open_redis(settings.redis), open_database(settings)

    def listen(event: DeliveryEvent) -> None:
        if event.kind is EventKind.UNKNOWN:
            tell(f"unknown {event.chat_id}")

    listeners = (log_event, listen)
    await Delivery(bot, database, redis, settings, owner, listeners=listeners).run(stopping)
    await bot.session.close()
    await redis.aclose()
    await database.close()


async def watch(settings: Settings, _owner: str, stopping: asyncio.Event, _tell: Tell) -> None:
    """The whole watcher."""
    from watcher.wiring import run_watcher

    await run_watcher(settings, stopping)


BODIES = {"worker": work, "watcher": watch}


def live(kind: str, life: dict[str, Any]) -> None:
    """What the fork does: it ends at its point, or when SIGTERM tells it to."""
    if _prctl is not None:
        _prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))
    for number in (signal.SIGCHLD, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    signal.set_wakeup_fd(-1)
    told = os.dup(1)
    os.dup2(2, 1)
    if life.get("point"):
        die_at(POINTS[kind][life["point"]], life["times"])
    settings = Settings(_env_file=None, **life["settings"])

    async def until_told() -> None:
        stopping = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        await BODIES[kind](settings, life["owner"], stopping, lambda line: _say(line, told))

    asyncio.run(until_told())


def begin(kind: str, life: dict[str, Any]) -> int:
    """Fork; the new process's id."""
    # who is told to stop before it can hear of it hears of it then
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    pid = os.fork()
    if pid:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return pid
    status = 1
    try:
        live(kind, life)
        status = 0
    except BaseException:  # noqa: BLE001 - a fork never returns to what its parent does
        import traceback

        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def main(kind: str) -> None:
    """Begin lives, and tell of their ends, until stdin ends."""
    if kind == "worker":
        import bot.delivery
        import bot.wiring  # noqa: F401 - for its forks
    else:
        import watcher.wiring  # noqa: F401 - for its forks
        from tests.faults.lookout import quick_chains

        Settings.known_chains = quick_chains()  # type: ignore[method-assign, assignment]
    _ = Settings(_env_file=None).labels  # read once for all
    gc.freeze()
    ended, wakes = os.pipe()
    os.set_blocking(wakes, False)
    signal.set_wakeup_fd(wakes)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    alive: set[int] = set()
    orders = b""
    while True:
        ready, _, _ = select.select([0, ended], [], [])
        if ended in ready:
            os.read(ended, 4096)
            for pid in list(alive):
                found, status = os.waitpid(pid, os.WNOHANG)
                if found:
                    alive.discard(pid)
                    _say(f"ended {pid} {os.waitstatus_to_exitcode(status)}")
        if 0 in ready:
            some = os.read(0, 65536)
            if not some:
                break
            *lines, orders = (orders + some).split(b"\n")
            for line in lines:
                pid = begin(kind, json.loads(line))
                alive.add(pid)
                _say(f"began {pid}")
    for pid in alive:
        os.kill(pid, signal.SIGKILL)


def _say(line: str, to: int = 1) -> None:
    os.write(to, f"{line}\n".encode())


if __name__ == "__main__":
    main(sys.argv[1])
