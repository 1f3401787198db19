"""What a batch needs is found out before its turn, and nothing that is foreseen is relied on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from decimal import Decimal
from itertools import count
from typing import Any

import pytest

from data.model import Price, PriceState, Transaction
from data.queries import watches
from data.queries.tokens import TokenRow
from watcher.family import Block
from watcher.rpc.errors import Unreachable
from watcher.stages import Stages

from .examples import ALICE, NAMES, PRICES, SPAM, transaction, transfer
from .outbox import KEEP_FROM, LongTail, Outbox

DAVE = b"\xda" * 20
EVE = b"\xee" * 20
_numbers = count(50_001)


class Prices(LongTail):
    """``weighed`` counts the blocks whose prices were asked for; ``failures`` of them fail."""

    def __init__(self) -> None:
        super().__init__()
        self.weighed = self.failures = 0

    async def at(self, *_: object) -> object:
        if self.failures:
            self.failures -= 1
            raise Unreachable("nobody answers")
        self.weighed += 1
        return PRICES


@pytest.fixture
async def outbox(
    migrated_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Outbox]:
    monkeypatch.setitem(NAMES, SPAM, TokenRow(SPAM, "SPAM", "Spam", 0))
    async with Outbox(migrated_database_url, next(_numbers)) as opened:
        await opened.follow()
        yield opened


@pytest.fixture
def prices(outbox: Outbox) -> Prices:
    prices = Prices()
    thin = Price(Decimal(3), "Uniswap v2 pool", outbox.time.now(), PriceState.THIN, Decimal(20_000))
    prices.known = {SPAM: thin}
    return prices


@pytest.fixture
def stages(outbox: Outbox, prices: Prices) -> Stages:
    assets: Any = prices
    names: Any = outbox.names
    return Stages(outbox.chain, names, assets, outbox.database, KEEP_FROM, outbox.time.now)


def gift(number: int, recipient: bytes) -> Transaction:
    moved = transfer(DAVE, recipient, 400, SPAM)
    return transaction(moved, signer=DAVE, target=SPAM, tx_hash=number.to_bytes(32))


def heights(blocks: Iterable[Block]) -> list[int]:
    return [block.ref.number for block in blocks]


async def test_a_price_is_asked_for_before_and_not_again_when_its_turn_comes(
    outbox: Outbox, prices: Prices, stages: Stages
) -> None:
    outbox.tree.mine(1, [(gift(1, ALICE), gift(2, EVE))])
    step = await outbox.next()
    await stages.foresee(step.blocks)
    assert prices.asked == [(number, {SPAM}) for number in heights(step.blocks)]
    await stages.take(step, outbox.epoch)
    assert await outbox.deliverable(outbox.private) == [(1).to_bytes(32)]
    assert len(prices.asked) == prices.weighed == len(step.blocks) == 1


async def test_a_watch_that_is_made_after_the_look_ahead_counts(
    outbox: Outbox, prices: Prices, stages: Stages
) -> None:
    outbox.tree.mine(1, [(gift(1, EVE),)])
    step = await outbox.next()
    await stages.foresee(step.blocks)
    assert prices.asked == []
    async with outbox.database.write() as connection:
        await watches.add(connection, outbox.private, now=step.born[-1], address=EVE)
    await stages.take(step, outbox.epoch)
    assert await outbox.deliverable(outbox.private) == [(1).to_bytes(32)]
    assert prices.asked == [(number, {SPAM}) for number in heights(step.blocks)]


async def test_other_blocks_than_those_that_were_foreseen_are_weighed_anew(
    outbox: Outbox, prices: Prices, stages: Stages
) -> None:
    outbox.tree.mine(1, [(gift(1, EVE),)])
    await stages.foresee((await outbox.next()).blocks)
    outbox.tree.reorg(1, 2, [(gift(2, ALICE),)])
    step = await outbox.next()
    await stages.take(step, outbox.epoch)
    assert await outbox.deliverable(outbox.private) == [(2).to_bytes(32)]
    assert prices.weighed == 1 + len(step.blocks)


async def test_what_could_not_be_foreseen_is_done_when_its_turn_comes(
    outbox: Outbox, prices: Prices, stages: Stages
) -> None:
    outbox.tree.mine(1, [(gift(1, ALICE),)])
    step = await outbox.next()
    prices.failures = 1
    await stages.foresee(step.blocks)
    await stages.take(step, outbox.epoch)
    assert await outbox.deliverable(outbox.private) == [(1).to_bytes(32)]
