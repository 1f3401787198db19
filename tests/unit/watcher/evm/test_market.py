"""Reading feeds and pools through nodes that allow little, or answer nothing of use."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest

from data.chains import known_chains
from sandbox.chain import ChainSandbox, ethereum_spec
from watcher.evm.market import TOKENS_AT_ONCE, EvmMarket
from watcher.rpc.errors import RpcError
from watcher.rpc.options import PoolOptions
from watcher.rpc.pool import Pool

from .picky_node import PickyNode, Rule, error

CHAIN = known_chains()["ethereum"]
LINK, PEPE = (CHAIN.tokens_called(symbol)[0].address for symbol in ("LINK", "PEPE"))
NOW = datetime(2026, 11, 21, tzinfo=UTC)


def allowing(most: int) -> Rule:
    """Calls with more data than that run out of gas."""

    def rule(method: str, params: list[Any], _: dict[str, Any]) -> dict[str, Any] | None:
        if method == "eth_call" and len(params[0]["data"]) > most:
            return error(-32000, "out of gas")
        return None

    return rule


@asynccontextmanager
async def market_behind(*rules: Rule) -> AsyncIterator[tuple[EvmMarket, PickyNode, ChainSandbox]]:
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(
            ChainSandbox(ethereum_spec(), nodes=1, clock=None, history=5)
        )
        node = await stack.enter_async_context(PickyNode(sandbox.rpc_urls[0]))
        node.rules += rules
        nodes = await stack.enter_async_context(
            Pool("ethereum", 1, [node.url], PoolOptions(timeout=20, rounds=1))
        )
        yield EvmMarket(nodes, CHAIN, within=20), node, sandbox


async def test_feeds_and_pools_are_read_together_as_of_the_block() -> None:
    async with market_behind() as (market, _, sandbox):
        reading = await market.read("latest", NOW, [LINK, PEPE])
        assert int(reading.time.timestamp()) == sandbox.chain.head.timestamp
        assert set(reading.feeds) == set(CHAIN.feeds)
        assert [len(reading.depths[token]) for token in (LINK, PEPE)] == [1, 1]
        assert await market.depths("latest", [LINK]) == {LINK: reading.depths[LINK]}


async def test_a_node_that_allows_little_gas_costs_the_long_tail_not_the_feeds() -> None:
    # the feeds alone take less, and each token adds some 17,000 characters
    async with market_behind(allowing(60_000)) as (market, _, _):
        reading = await market.read("latest", NOW, [LINK, PEPE])
        assert set(reading.feeds) == set(CHAIN.feeds)
        assert reading.depths == {}


async def test_pools_are_looked_for_in_smaller_parts_where_little_is_allowed() -> None:
    strangers = [number.to_bytes(20) for number in range(1, TOKENS_AT_ONCE)]
    async with market_behind(allowing(40_000)) as (market, _, _):
        found = await market.depths("latest", [LINK, *strangers])
        assert {token for token, depths in found.items() if depths} == {LINK}
        assert set(found) == {LINK, *strangers}


async def test_where_not_even_one_token_can_be_looked_for_it_is_told() -> None:
    async with market_behind(allowing(1000)) as (market, _, _):
        with pytest.raises(RpcError):
            await market.depths("latest", [LINK])


async def test_a_pool_that_is_known_is_read_in_the_same_call() -> None:
    async with market_behind() as (market, node, _):
        await market.depths("latest", [LINK])
        asked = node.asked["eth_call"]
        await market.depths("latest", [LINK])
        assert node.asked["eth_call"] == asked + 1


async def test_of_a_token_without_a_pool_one_search_answers_for_all_blocks_before() -> None:
    async with market_behind() as (market, node, sandbox):
        sandbox.chain.mine(3)
        head = sandbox.chain.head.number
        stranger = bytes([0x77]) * 20
        asked = [node.asked["eth_call"]]
        for number in (head - 2, head - 1, head):
            assert await market.depths(hex(number), [stranger]) == {stranger: ()}
            asked.append(node.asked["eth_call"])
        # one call in all, and another once there are blocks that it did not speak of
        assert [after - before for before, after in pairwise(asked)] == [1, 0, 0]
        sandbox.chain.mine()
        assert await market.depths(hex(head + 1), [stranger]) == {stranger: ()}
        assert node.asked["eth_call"] == asked[-1] + 1


async def test_a_pool_that_is_made_after_a_search_is_found() -> None:
    async with market_behind() as (market, _, sandbox):
        address = sandbox.chain.add_token("NEW", usd="2")
        stranger = bytes.fromhex(address[2:])
        before = hex(sandbox.chain.head.number)
        assert await market.depths(before, [stranger]) == {stranger: ()}
        sandbox.chain.mine()
        sandbox.chain.add_pool(address, "USDC", "500000")
        sandbox.chain.mine()
        (depth,) = (await market.depths(hex(sandbox.chain.head.number), [stranger]))[stranger]
        assert depth.held > 0
