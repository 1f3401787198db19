"""All nodes are asked which block they have, and who lies about it is reported."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from data.chains import known_chains
from sandbox.chain import ChainSandbox, Fault, ethereum_spec
from watcher.evm.fetch import EvmBlocks
from watcher.rpc.options import PoolOptions
from watcher.rpc.pool import Pool


@pytest.fixture
async def sandbox() -> AsyncIterator[ChainSandbox]:
    async with ChainSandbox(ethereum_spec(), nodes=3) as opened:
        yield opened


@pytest.fixture
async def pool(sandbox: ChainSandbox) -> AsyncIterator[Pool]:
    async with Pool("ethereum", 1, sandbox.rpc_urls, PoolOptions(timeout=2)) as opened:
        yield opened


@pytest.fixture
def blocks(pool: Pool) -> EvmBlocks:
    return EvmBlocks(known_chains()["ethereum"], pool)


async def test_every_node_tells_its_own(
    sandbox: ChainSandbox, pool: Pool, blocks: EvmBlocks
) -> None:
    await sandbox.nodes[0].set_faults((Fault("other_fork", {"depth": 2}),))
    await sandbox.nodes[1].set_faults((Fault("stale_head", {"blocks": 3}),))
    head = sandbox.chain.head

    told = await blocks.hashes_at(head.number)

    names = [node.name for node in pool.nodes]
    assert told[names[0]] not in (None, head.hash)
    assert told[names[1]] is None
    assert told[names[2]] == head.hash


async def test_who_does_not_answer_is_left_out(
    sandbox: ChainSandbox, pool: Pool, blocks: EvmBlocks
) -> None:
    await sandbox.nodes[0].set_faults((Fault("down"),))
    await sandbox.nodes[1].set_faults((Fault("html"),))
    told = await blocks.hashes_at(sandbox.chain.head.number)
    assert list(told) == [pool.nodes[2].name]


async def test_who_is_accused_has_lied_as_far_as_its_breaker_knows(
    sandbox: ChainSandbox, pool: Pool, blocks: EvmBlocks
) -> None:
    liar = pool.nodes[1].name
    blocks.accuse([liar], "it tells another block")
    last_error = pool.nodes[1].last_error
    assert last_error is not None
    assert last_error == "UntrueAnswer: it tells another block"
    assert pool.nodes[0].last_error is None
