"""Kills at random moments under a steady load, for as long as one has patience."""

from __future__ import annotations

import asyncio
from pathlib import Path
from random import Random

import pytest

from tests.e2e.product import WATCHED, Product

KILLS = 40


@pytest.mark.torture
async def test_random_kills_lose_nothing_and_every_repeat_is_marked(
    product: Product, tmp_path: Path
) -> None:
    random = Random(20261121)
    amounts: list[int] = []
    await product.start("watcher", "bot")
    await product.say(f"/watch {WATCHED} $100k")

    for _ in range(KILLS):
        for _ in range(random.randrange(1, 6)):
            amounts.append(200_001 + len(amounts))
            product.pay(amounts[-1])
            await asyncio.sleep(random.random() / 2)
        name = random.choice(["watcher", "bot"])
        await product.kill(name)
        await asyncio.sleep(random.random())
        await product.start(name)
    await product.caught_up()
    await product.delivered()

    told = {amount: product.alerts(f"{amount:,} USDT") for amount in amounts}
    lost = [amount for amount, messages in told.items() if not messages]
    repeats = [messages for messages in told.values() if len(messages) > 1]
    print(f"{KILLS} kills, {len(amounts)} alerts: {len(lost)} lost, {len(repeats)} repeated")
    assert lost == []
    for messages in repeats:
        assert sum("repeat" not in message.text for message in messages) == 1
