"""A long file keeps nobody waiting."""

from __future__ import annotations

import asyncio

import pytest

from bot.sheet import turns
from bot.sheet.load import load
from bot.sheet.plan import Room, planned
from bot.sheet.writing import file_of
from tests.unit.bot.sheet.watchlists import CHAINS, FORUM, NOW

ROWS = 200
TEXT = "address\n" + "\n".join(f"0x{number:040x}" for number in range(1, ROWS + 1))


async def test_others_have_their_turn_whenever_it_is_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here it is time after each row."""
    monkeypatch.setattr(turns, "LONGEST", 0.0)
    had = 0

    async def other() -> None:
        nonlocal had
        while True:
            had += 1
            await asyncio.sleep(0)

    running = asyncio.create_task(other())
    try:
        sheet = await load(TEXT, FORUM)
        assert had >= ROWS
        had = 0
        plan = await planned(sheet.lines, [], [], Room(ROWS, 0), 1, NOW)
        assert had >= 3 * ROWS
        had = 0
        await file_of(plan.new, [], CHAINS)
        assert had >= ROWS
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_how_far_it_is_is_told_now_and_then() -> None:
    told: list[int] = []

    async def tell(count: int) -> None:
        told.append(count)

    await load(TEXT, FORUM, tell)

    assert told == [100, 200]
