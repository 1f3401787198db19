"""Gas: what transactions cost at a chain's head, published with the newest block.

Worked out of what the blocks themselves tell, so that no node is asked for it; of the newest
block of a step only, and once a second at most.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median_low
from typing import TYPE_CHECKING

import structlog

from data.redis.away import RedisAway
from data.redis.gas import PERCENTILES, GasStatus, publish_gas
from data.together import heed_cancellation
from watcher.rpc.errors import RpcError

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from data.model import BlockRef, Chain, Price
    from watcher.collect import Step
    from watcher.family import Block

log = structlog.get_logger(__name__)

AT_LEAST = 1.0
"""Seconds between two words."""
BLOCKS = 20
ENOUGH = 100
"""Transactions after which no older block is needed: fast chains have blocks of a handful."""
AT_HEAD_WITHIN = timedelta(minutes=1)
"""How old a block may be, and five block times more, to be the head's."""
_REDIS_WITHIN = 1.0


@dataclass(frozen=True, slots=True)
class BlockFees:
    """What one block tells: the base fee, the price of one gas of each transaction that paid (all
    in wei), the gas of each swap, and a rollup's medians for the data: a fee in wei besides, or
    a part of the gas."""

    ref: BlockRef
    base_fee: int | None
    prices: tuple[int, ...]
    swaps: tuple[int, ...]
    l1_fee: int | None = None
    l1_gas: int | None = None


class GasGauge:
    """One chain's. ``fees`` reads a block, ``native_price`` is what its coin is worth at it."""

    def __init__(
        self,
        chain: Chain,
        fees: Callable[[Block], BlockFees | None],
        native_price: Callable[[BlockRef], Awaitable[Price | None]],
        redis: Redis,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._chain = chain
        self._fees = fees
        self._native_price = native_price
        self._redis = redis
        self._now = now
        self._recent: deque[BlockFees] = deque(maxlen=BLOCKS)
        self._newest: Block | None = None
        self._stepped = asyncio.Event()

    def stepped(self, step: Step) -> None:
        """The chain moved; what it moved to is worked out later, beside it."""
        self._newest = step.blocks[-1]
        self._stepped.set()

    async def run(self, _epoch: int) -> None:
        """Publish until cancelled."""
        while True:
            heed_cancellation()
            await self._stepped.wait()
            self._stepped.clear()
            block, self._newest = self._newest, None
            try:
                if block is not None:
                    await self.tell(block)
            except Exception:
                # blocks are followed all the same
                log.exception("gas was not told", chain=self._chain.name)
            await asyncio.sleep(AT_LEAST)

    async def tell(self, block: Block) -> None:
        """Publish what transactions cost by a block, unless it is an old one."""
        age = self._now() - block.ref.time
        if age > AT_HEAD_WITHIN + timedelta(seconds=5 * self._chain.block_time):
            return
        found = self._fees(block)
        if found is None:
            return
        while self._recent and self._recent[-1].ref.number >= found.ref.number:
            self._recent.pop()  # a reorg took it
        self._recent.append(found)
        price = None
        with suppress(RpcError):
            price = await self._native_price(block.ref)
        status = summed(list(self._recent), price, self._now())
        with suppress(RedisAway, OSError):
            async with asyncio.timeout(_REDIS_WITHIN):
                await publish_gas(self._redis, status)


def summed(recent: Sequence[BlockFees], price: Price | None, now: datetime) -> GasStatus:
    """The newest blocks, as many as it takes for enough transactions, oldest first; pure."""
    chosen: list[BlockFees] = []
    for fees in reversed(recent):
        chosen.append(fees)
        if sum(len(one.prices) for one in chosen) >= ENOUGH:
            break
    newest = chosen[0]
    prices = [price for one in chosen for price in one.prices]
    tips = [
        max(0, price - one.base_fee)
        for one in chosen
        if one.base_fee is not None
        for price in one.prices
    ]
    swaps = [gas for one in chosen for gas in one.swaps]
    return GasStatus(
        chain=newest.ref.chain,
        block=newest.ref.number,
        block_time=newest.ref.time,
        written_at=now,
        blocks=len(chosen),
        transactions=len(prices),
        base_fee=newest.base_fee,
        prices=_percentiles(prices),
        tips=_percentiles(tips),
        swap_gas=median_low(swaps) if swaps else None,
        swaps=len(swaps),
        l1_fee=_median(one.l1_fee for one in chosen),
        l1_gas=_median(one.l1_gas for one in chosen),
        native_usd=None if price is None else str(price.usd),
    )


def _percentiles(numbers: Sequence[int]) -> tuple[int, int, int] | None:
    """By the nearest rank: each is a price that somebody paid."""
    if not numbers:
        return None
    ordered = sorted(numbers)
    low, middle, high = (ordered[-(-len(ordered) * part // 100) - 1] for part in PERCENTILES)
    return low, middle, high


def _median(numbers: Iterable[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return median_low(known) if known else None
