"""``python -m sandbox.demo``; ``DEMO_FOR=30`` ends it after 30 seconds, with status 0 if alerts
arrived."""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from sandbox.demo.stage import ProductEnded, Stage, open_stage, product_is_up
from sandbox.demo.story import move_whales, type_commands
from sandbox.demo.terminal import say, show

ALERT = "👁 #"
"""Stands in every alert, before the watch that it is of."""


async def main() -> int:
    """The exit status: 0 if at least one alert arrived, or if Ctrl-C ended it."""
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    limit = _seconds()
    say("Starting Spyhop between a simulated Telegram and two simulated chains …")
    try:
        async with open_stage() as stage:
            say(f"Open the chat in a browser: {stage.telegram.page_url}")
            say("Or watch it here; Ctrl-C ends everything." if limit is None else "")
            alerts = await _play(stage, stopping, limit)
            say(f"{alerts} alerts arrived. Ending …")
    except ProductEnded:
        say("Spyhop ended by itself; its last words stand above.")
        return 1
    return 0 if alerts or limit is None else 1


async def _play(stage: Stage, stopping: asyncio.Event, limit: float | None) -> int:
    """Let the story run until it is to end; how many alerts came."""
    alerts = 0

    async def print_chat() -> None:
        nonlocal alerts
        seen = 0
        while True:
            seen = await stage.telegram.wait_for_event(seen, timeout=3600.0)
            for message in news.take(stage):
                show(message)
                alerts += message.from_bot and not message.edited and ALERT in message.text

    async def tell() -> None:
        await product_is_up(stage)
        await type_commands(stage)
        await move_whales(stage)

    news = _News()
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(print_chat()), tasks.create_task(tell())]
        try:
            async with asyncio.timeout(limit):
                await stopping.wait()
        except TimeoutError:
            pass
        for task in running:
            task.cancel()
    return alerts


class _News:
    """What the chat shows that was not printed yet."""

    def __init__(self) -> None:
        self._shown: dict[int, int] = {}

    def take(self, stage: Stage) -> list:  # type: ignore[type-arg]
        fresh = []
        for message in stage.telegram.messages(stage.chat.id):
            revisions = len(message.revisions)
            if self._shown.get(message.message_id) != revisions and not message.service:
                self._shown[message.message_id] = revisions
                fresh.append(message)
        return fresh


def _seconds() -> float | None:
    text = os.environ.get("DEMO_FOR", "").strip()
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < 10**6:
        say(f"DEMO_FOR takes a number of seconds, not {text!r}.")
        sys.exit(2)
    return seconds


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
