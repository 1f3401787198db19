"""/gas: what the watcher published, well set."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest

from bot.delivery.markup import plain_text
from data.redis.gas import GasStatus, publish_gas
from tests.integration.bot.conversation import NOW

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from tests.integration.bot.conversation import Conversation

GWEI = 10**9
ETHEREUM = GasStatus(
    chain="ethereum",
    block=21_000_000,
    block_time=NOW - timedelta(seconds=3),
    written_at=NOW,
    blocks=1,
    transactions=150,
    base_fee=12 * GWEI,
    prices=(12 * GWEI, 13 * GWEI, 15 * GWEI),
    tips=(GWEI // 20, GWEI // 2, 3 * GWEI),
    swap_gas=160_000,
    swaps=25,
    native_usd="3000.5",
)
BSC = GasStatus(
    chain="bsc",
    block=68_000_000,
    block_time=NOW - timedelta(seconds=1),
    written_at=NOW,
    blocks=3,
    transactions=120,
    base_fee=0,
    prices=(GWEI // 20, GWEI // 20, GWEI),
    tips=(GWEI // 20, GWEI // 20, GWEI),
    native_usd="900",
)


async def asked(talk: Conversation, text: str) -> list[str]:
    return plain_text(await talk.say(text)).splitlines()


async def test_one_chain_in_detail(talk: Conversation, redis: Redis) -> None:
    await publish_gas(redis, ETHEREUM)

    assert await asked(talk, "/gas eth") == [
        "⛽ Ethereum",
        "Base fee 12 gwei",
        "Tip 0.5 gwei, mostly 0.05 to 3",
        "Transfer $0.78",
        "Swap $6.00 (160,000 gas)",
        "Block 21,000,000 · 3 s ago",
    ]


async def test_a_chain_without_base_fee_tells_its_gas_price(
    talk: Conversation, redis: Redis
) -> None:
    await publish_gas(redis, BSC)

    assert await asked(talk, "/gas bsc") == [
        "⛽ BNB Smart Chain",
        "Gas price 0.05 gwei, mostly 0.05 to 1",
        "Transfer $0.00094",
        "Swap $0.0068 (none seen, for 152,000 gas)",
        "Block 68,000,000 · 1 s ago",
    ]


@pytest.mark.parametrize(
    ("more", "transfer", "line"),
    [
        ({"l1_fee": 10**12}, "Transfer $0.79", "Both with $0.003 for the data on Ethereum"),
        ({"l1_gas": 1_000}, "Transfer $0.82", "Both with 1,000 gas for the data on Ethereum"),
    ],
)
async def test_a_rollups_costs_have_its_data_in_them(
    talk: Conversation, redis: Redis, more: dict[str, int], transfer: str, line: str
) -> None:
    await publish_gas(redis, msgspec.structs.replace(ETHEREUM, **more))

    said = await asked(talk, "/gas ethereum")

    assert transfer in said
    assert any(one.startswith(line) for one in said)


async def test_without_a_price_costs_are_in_coins(talk: Conversation, redis: Redis) -> None:
    await publish_gas(redis, msgspec.structs.replace(ETHEREUM, native_usd=None))

    assert "Transfer 0.00026 ETH" in await asked(talk, "/gas ethereum")


async def test_all_chains_in_a_table_that_a_phone_holds(talk: Conversation, redis: Redis) -> None:
    await publish_gas(redis, ETHEREUM)
    await publish_gas(redis, BSC)

    said = await asked(talk, "/gas")

    assert said == [
        "⛽ Gas",
        "chain     gwei  transfer     swap",
        "ethereum  12.5     $0.78    $6.00",
        "bsc       0.05  $0.00094  $0.0068",
        "Blocks of 1 s to 3 s ago",
        "/gas <chain> tells more",
    ]


async def test_old_and_missing_figures_say_so(talk: Conversation, redis: Redis) -> None:
    old = msgspec.structs.replace(ETHEREUM, block_time=NOW - timedelta(hours=3))
    await publish_gas(redis, old)

    table = await asked(talk, "/gas all")

    assert "⚠️ Ethereum: as of 3 h ago" in table
    assert "BNB Smart Chain: nothing told yet" in table
    assert (await asked(talk, "/gas ethereum"))[-1].startswith("⚠️ Block 21,000,000 · 3 h ago")
    assert "Nobody has told yet" in (await asked(talk, "/gas bsc"))[-1]


async def test_a_block_in_which_nobody_paid_is_no_price(talk: Conversation, redis: Redis) -> None:
    empty = msgspec.structs.replace(BSC, prices=None, tips=None, transactions=0)
    await publish_gas(redis, empty)

    assert "Nobody paid for a transaction in the newest blocks." in await asked(talk, "/gas bsc")


async def test_what_is_no_status_is_none(talk: Conversation, redis: Redis) -> None:
    await redis.set("published:gas:bsc", '{"chain": 7}')

    assert "Nobody has told yet" in (await asked(talk, "/gas bsc"))[-1]


async def test_an_unknown_chain_is_refused(talk: Conversation) -> None:
    assert "I follow no chain called" in await talk.say("/gas dogecoin")
