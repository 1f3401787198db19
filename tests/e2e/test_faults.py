"""Kills, dead nodes and reorgs in the middle: nothing is lost, nothing is said twice."""

import asyncio

import pytest

from tests.e2e.product import STRANGER, WATCHED, Product

AMOUNTS = range(201_000, 221_000, 1_000)


def _seen(product: Product) -> list[int]:
    return [len(product.alerts(f"{amount:,} USDT")) for amount in AMOUNTS]


async def test_a_killed_watcher_loses_and_repeats_nothing(product: Product) -> None:
    await product.start("watcher", "bot")
    await product.say(f"/watch {WATCHED} $100k")

    for number, amount in enumerate(AMOUNTS):
        product.pay(amount)
        if number % 7 == 3:
            await product.kill("watcher")
            product.chain.chain.mine(5, transactions=10)
            await product.start("watcher")
        await asyncio.sleep(0)
    await product.caught_up()
    await product.see(f"{AMOUNTS[-1]:,} USDT")

    assert _seen(product) == [1] * len(AMOUNTS)


async def test_a_killed_bot_loses_and_repeats_nothing(embedded: Product) -> None:
    await embedded.start("watcher", "bot")
    await embedded.say(f"/watch {WATCHED} $100k")

    for number, amount in enumerate(AMOUNTS):
        embedded.pay(amount)
        if number % 10 == 3:
            await embedded.caught_up()
            await embedded.delivered()  # a send in flight is the next test's matter
            await embedded.kill("bot")
            embedded.pay(500_000 + number)
            await embedded.start("bot")
            await embedded.see(f"{500_000 + number:,} USDT")
    await embedded.see(f"{AMOUNTS[-1]:,} USDT")

    assert _seen(embedded) == [1] * len(AMOUNTS)


@pytest.mark.parametrize("accepted", [True, False], ids=["accepted", "refused"])
async def test_a_bot_killed_with_a_send_in_flight_repeats_it_at_most_once_and_says_so(
    embedded: Product, accepted: bool
) -> None:
    await embedded.start("watcher", "bot")
    await embedded.say(f"/watch {WATCHED} $100k")

    embedded.telegram.hold("sendMessage")
    embedded.pay(250_000)
    await embedded.telegram.wait_for_held(1, 60)
    await embedded.kill("bot")
    embedded.telegram.release(accept=accepted)
    embedded.telegram.clear_faults()
    await embedded.start("bot")
    await embedded.see("repeat")

    messages = embedded.alerts("250,000 USDT")
    assert len(messages) == (2 if accepted else 1)
    assert ["repeat" in message.text for message in messages].count(True) == 1


async def test_the_alert_still_comes_when_the_primary_node_dies(embedded: Product) -> None:
    await embedded.start("watcher", "bot")
    await embedded.say(f"/watch {WATCHED} $100k")

    await embedded.chain.nodes[0].close()
    embedded.pay(250_000)

    await embedded.see("250,000 USDT")


@pytest.mark.parametrize("fault", ["stuck_head", "empty_receipts", "html", "too_many"])
async def test_the_alert_still_comes_when_the_primary_node_misbehaves(
    embedded: Product, fault: str
) -> None:
    await embedded.start("watcher", "bot")
    await embedded.say(f"/watch {WATCHED} $100k")

    await embedded.chain.nodes[0].break_with(fault)
    embedded.pay(250_000)

    await embedded.see("250,000 USDT")
    assert len(embedded.alerts("250,000 USDT")) == 1


async def test_after_a_reorg_the_alerts_are_those_of_the_new_branch(product: Product) -> None:
    await product.start("watcher", "bot")
    await product.say(f"/watch {WATCHED} $100k")
    chain = product.chain.chain
    kept = product.pay(300_000)
    product.pay(400_000)
    await product.see("400,000 USDT")

    chain.reorg(2, keep=[kept])
    product.pay(500_000)
    await product.see("500,000 USDT")
    chain.mine(chain.spec.safe_depth + 20)
    await product.caught_up()

    async def taken_back() -> bool:
        return any("reorg" in message.text.lower() for message in product.alerts("400,000 USDT"))

    await product.until(taken_back)
    (still,) = product.alerts("300,000 USDT")
    assert "reorg" not in still.text.lower()
    assert len(product.alerts("400,000 USDT")) == 1
    assert len(product.alerts("500,000 USDT")) == 1


async def test_a_stopped_watcher_catches_up_from_its_cursor(embedded: Product) -> None:
    await embedded.start("watcher", "bot")
    await embedded.say(f"/watch {WATCHED} $100k")
    embedded.pay(250_000)
    await embedded.see("250,000 USDT")

    await embedded.kill("watcher")
    await asyncio.sleep(2)  # the blocks below must be younger than the watch by their time stamps
    embedded.pay(260_000)
    embedded.chain.chain.mine(60, transactions=5)
    embedded.pay(270_000)
    await embedded.start("watcher")

    await embedded.see("270,000 USDT")
    assert len(embedded.alerts("260,000 USDT")) == 1
    assert embedded.alerts("250,000 USDT")[0].text.count(STRANGER[:6]) <= 1
