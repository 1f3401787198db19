"""What transactions cost, as the blocks of a chain tell it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio import Redis

from data.chains import known_chains
from data.model import BlockRef, Price
from data.redis.connection import open_redis
from data.redis.gas import GasStatus, gas_status
from watcher.evm.fees import fees_of
from watcher.evm.transfers import SWAPS
from watcher.evm.wire import RpcBlock, RpcLog, RpcReceipt, RpcTransaction
from watcher.gas import ENOUGH, BlockFees, GasGauge, summed
from watcher.rpc.errors import AllNodesFailed

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
CHAIN = known_chains()["ethereum"]
HASH = "0x" + "11" * 32
SWAP = min(SWAPS)


def ref(number: int = 100, *, fork: int = 0, age: float = 1) -> BlockRef:
    block_hash = number.to_bytes(31, "big") + bytes([fork])
    return BlockRef("ethereum", number, block_hash, bytes(32), NOW - timedelta(seconds=age))


def fees(*prices: int, number: int = 100, **more: Any) -> BlockFees:
    return replace(BlockFees(ref(number), 100, prices, ()), **more)


def block(
    base_fee: str | None, prices: list[str | None], receipts: list[RpcReceipt] | None = None
) -> Any:
    body = RpcBlock(
        "0x64",
        HASH,
        HASH,
        "0x1",
        "0x",
        [RpcTransaction(HASH, gas_price=price) for price in prices],
        base_fee_per_gas=base_fee,
    )
    return SimpleNamespace(ref=ref(), body=body, receipts=receipts or [])


def receipt(cumulative: str | None, *topics: str, status: str = "0x1", **more: str) -> RpcReceipt:
    logs = [RpcLog("0x", [topic], "0x", HASH, HASH) for topic in topics]
    return RpcReceipt(HASH, HASH, logs, status=status, cumulative_gas_used=cumulative, **more)


def test_prices_are_of_those_who_paid() -> None:
    found = fees_of(block("0x64", ["0x6e", "0x0", None, "0xzz", "0x" + "f" * 64, "0x78"]))

    assert (found.base_fee, found.prices) == (100, (110, 120))


def test_a_swaps_gas_is_what_the_block_grew_by() -> None:
    found = fees_of(
        block(
            None,
            [],
            [
                receipt("0x5208"),
                receipt("0x7530", SWAP),  # 30,000 - 21,000
                receipt("0x9c40", SWAP, status="0x0"),
                receipt(None, SWAP),
                receipt("0xc350", SWAP),  # nobody knows what was before
                receipt("0xea60", HASH, SWAP),  # 10,000; a swap is one by any of its logs
            ],
        )
    )

    assert found.swaps == (9_000, 10_000)
    assert found.base_fee is None


def test_a_rollups_data_is_told_by_its_median() -> None:
    paid = [receipt("0x1", l1_fee=fee, gas_used_for_l1=gas) for fee, gas in
            (("0x0", "0x0"), ("0x10", "0x5"), ("0x20", "0x6"), ("0x30", "0x7"))]  # fmt: skip

    found = fees_of(block("0x1", [], paid))

    assert (found.l1_fee, found.l1_gas) == (0x20, 6)


def test_percentiles_are_prices_that_somebody_paid() -> None:
    told = summed([fees(*range(101, 201))], None, NOW)

    assert told.prices == (110, 150, 190)
    assert told.tips == (10, 50, 90)
    assert (told.transactions, told.blocks) == (100, 1)


def test_older_blocks_count_only_while_there_are_too_few() -> None:
    few, many = fees(500, number=99), fees(*[200] * ENOUGH, number=99)
    newest = fees(300, 300, number=100)

    assert summed([few, newest], None, NOW).transactions == 3
    told = summed([few, many, newest], None, NOW)
    assert (told.blocks, told.transactions, told.block) == (2, ENOUGH + 2, 100)


def test_tips_are_above_the_block_that_they_were_paid_in() -> None:
    told = summed([fees(150, number=99), fees(250, number=100, base_fee=200)], None, NOW)

    assert told.base_fee == 200
    assert told.tips == (50, 50, 50)


def test_a_chain_without_base_fee_has_prices_and_no_tips() -> None:
    told = summed([fees(7, 9, base_fee=None)], None, NOW)

    assert (told.base_fee, told.tips, told.prices) == (None, None, (7, 7, 9))


def test_empty_blocks_have_no_price() -> None:
    told = summed([fees()], None, NOW)

    assert (told.prices, told.tips, told.swap_gas) == (None, None, None)
    assert told.base_fee == 100


@given(st.lists(st.integers(1, 10**12), min_size=1, max_size=300))
def test_percentiles_are_in_order_and_of_the_block(prices: list[int]) -> None:
    told = summed([fees(*prices, base_fee=None)], None, NOW)

    assert told.prices is not None
    low, middle, high = told.prices
    assert min(prices) <= low <= middle <= high <= max(prices)
    assert {low, middle, high} <= set(prices)


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client = open_redis(redis_url)
    yield client
    await client.aclose()


async def native(at: BlockRef) -> Price:
    return Price(Decimal("3000.5"), "chainlink", at.time)


def gauge(redis: Redis, found: BlockFees, price: Any = native) -> GasGauge:
    return GasGauge(CHAIN, lambda _: found, price, redis, now=lambda: NOW)


async def test_what_it_costs_is_published_with_the_coins_price(redis: Redis) -> None:
    await gauge(redis, fees(150)).tell(SimpleNamespace(ref=ref()))  # type: ignore[arg-type]

    told = await gas_status(redis, "ethereum")
    assert isinstance(told, GasStatus)
    assert (told.block, told.written_at, told.native_usd) == (100, NOW, "3000.5")


async def test_it_is_told_without_a_price_too(redis: Redis) -> None:
    async def nobody(_: BlockRef) -> Price:
        raise AllNodesFailed("ethereum", "prices", {})

    await gauge(redis, fees(150), nobody).tell(SimpleNamespace(ref=ref()))  # type: ignore[arg-type]

    told = await gas_status(redis, "ethereum")
    assert told is not None
    assert told.native_usd is None


async def test_old_blocks_that_are_caught_up_with_are_not_told(redis: Redis) -> None:
    old = SimpleNamespace(ref=ref(age=600))
    await gauge(redis, fees(150)).tell(old)  # type: ignore[arg-type]

    assert await gas_status(redis, "ethereum") is None


async def test_a_reorg_replaces_the_blocks_that_it_took(redis: Redis) -> None:
    found = [fees(110, number=99), fees(120, number=100), fees(130, number=99)]
    made = GasGauge(CHAIN, lambda _: found.pop(0), native, redis, now=lambda: NOW)
    for number in (99, 100, 99):
        await made.tell(SimpleNamespace(ref=ref(number)))  # type: ignore[arg-type]

    told = await gas_status(redis, "ethereum")
    assert told is not None
    assert (told.block, told.transactions, told.prices) == (99, 1, (130, 130, 130))
