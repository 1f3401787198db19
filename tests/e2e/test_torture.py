"""Kills at random moments under a steady load, of the product's processes and of its servers."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from functools import partial
from random import Random

import pytest

from tests.e2e.ground import Ground
from tests.e2e.product import WATCHED

KILLS = int(os.environ.get("SPYHOP_KILLS", "200"))
"""Fewer to try it out."""


@pytest.mark.torture
async def test_random_kills_lose_nothing_and_every_repeat_is_marked(ground: Ground) -> None:
    random = Random(20261121)
    product = ground.product
    amounts: list[int] = []
    kills: Counter[str] = Counter()
    await product.start("watcher", "bot")
    await product.say(f"/watch {WATCHED} $100k")

    for _ in range(KILLS):
        for _ in range(random.randrange(1, 6)):
            amounts.append(200_001 + len(amounts))
            product.pay(amounts[-1])
            await asyncio.sleep(random.random() / 2)
        victim = random.choice(["watcher", "bot", "Valkey", "PostgreSQL"])
        kills[victim] += 1
        await _kill_and_start(ground, victim, random.random())
    await product.caught_up()
    await product.delivered()

    told = {amount: product.alerts(f"{amount:,} USDT") for amount in amounts}
    lost = [amount for amount, messages in told.items() if not messages]
    repeats = [messages for messages in told.values() if len(messages) > 1]
    print(f"\n{dict(kills)}: {len(amounts)} alerts, {len(lost)} lost, {len(repeats)} repeated")
    assert lost == []
    assert len(repeats) <= kills["bot"]  # in one chat one message is on its way at a time
    for messages in repeats:
        assert all("repeat" in message.text for message in messages[1:])


async def _kill_and_start(ground: Ground, victim: str, pause: float) -> None:
    if victim == "Valkey":
        await ground.apart(partial(ground.valkey.stop, grace=0))
        await asyncio.sleep(pause)
        await ground.apart(ground.valkey.start)
    elif victim == "PostgreSQL":
        await ground.apart(ground.postgres.kill)
        await asyncio.sleep(pause)
        await ground.apart(ground.postgres.start)
    else:
        await ground.product.kill(victim)
        await asyncio.sleep(pause)
        await ground.product.start(victim)
