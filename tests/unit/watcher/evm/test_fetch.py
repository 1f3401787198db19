"""Blocks from nodes that lag, lie, or cannot do what is asked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import pairwise

import pytest

from data.chains import known_chains
from sandbox.chain import ChainSandbox, Fault, ethereum_spec
from watcher.evm.fetch import EvmBlocks
from watcher.rpc.errors import AllNodesFailed
from watcher.rpc.options import PoolOptions
from watcher.rpc.pool import Pool

CHAIN = known_chains()["ethereum"]


@pytest.fixture
async def sandbox() -> AsyncIterator[ChainSandbox]:
    async with ChainSandbox(ethereum_spec(), nodes=2, history=5) as started:
        started.chain.mine(4, transactions=5)
        yield started


@pytest.fixture
async def pool(sandbox: ChainSandbox) -> AsyncIterator[Pool]:
    options = PoolOptions(timeout=10, rounds=1)
    async with Pool("ethereum", 1, sandbox.rpc_urls, options) as opened:
        yield opened


@pytest.fixture
def blocks(pool: Pool) -> EvmBlocks:
    return EvmBlocks(CHAIN, pool)


def head(sandbox: ChainSandbox) -> int:
    return sandbox.chain.head.number


async def test_a_block_comes_with_its_receipts(sandbox: ChainSandbox, blocks: EvmBlocks) -> None:
    paid = sandbox.chain.transfer("0x" + "a1" * 20, "0x" + "b0" * 20, 7)
    block = await blocks.block(head(sandbox), exists=False)
    assert block is not None
    assert block.ref.hash.hex() == (paid.block_hash or "")[2:]
    (found,) = block.transactions()
    assert found.hash.hex() == paid.tx_hash[2:]
    assert [one.amount for one in found.transfers] == [7]


async def test_a_block_that_is_not_there_yet_is_none(
    sandbox: ChainSandbox, blocks: EvmBlocks
) -> None:
    assert await blocks.block(head(sandbox) + 1, exists=False) is None


async def test_a_block_that_is_known_to_exist_is_asked_of_the_next_node(
    sandbox: ChainSandbox, blocks: EvmBlocks
) -> None:
    await sandbox.nodes[0].set_faults((Fault("stale_head", {"blocks": 3}),))
    block = await blocks.block(head(sandbox), exists=True)
    assert block is not None
    assert block.ref.number == head(sandbox)


@pytest.mark.parametrize(
    "fault",
    [
        Fault("null_receipts"),
        Fault("empty_receipts"),
        Fault("partial_receipts", {"share": 0.5}),
        Fault("empty_logs"),
        Fault("unsupported", {}, frozenset({"eth_getBlockReceipts", "eth_getLogs"})),
        Fault("partial_logs", {"keep": 90}),
        Fault("html"),
        Fault("truncated"),
        Fault("wrong_id"),
    ],
    ids=lambda fault: str(fault.name),
)
async def test_a_node_without_true_receipts_is_passed_over(
    sandbox: ChainSandbox, pool: Pool, blocks: EvmBlocks, fault: Fault
) -> None:
    sandbox.chain.mine(1, transactions=20)
    await sandbox.nodes[0].set_faults((fault,))
    block = await blocks.block(head(sandbox), exists=True)
    assert block is not None
    assert len(block.receipts) == len(block.body.transactions) >= 20
    assert pool.nodes[0].errors > 0
    assert pool.nodes[1].errors == 0


async def test_when_all_nodes_lie_there_is_no_block(
    sandbox: ChainSandbox, blocks: EvmBlocks
) -> None:
    for node in sandbox.nodes:
        await node.set_faults((Fault("empty_receipts"),))
    with pytest.raises(AllNodesFailed):
        await blocks.block(head(sandbox), exists=True)


async def test_many_blocks_come_in_two_batches(sandbox: ChainSandbox, blocks: EvmBlocks) -> None:
    last = head(sandbox)
    found = await blocks.blocks(last - 3, last)
    assert [block.ref.number for block in found] == list(range(last - 3, last + 1))
    assert all(above.ref.parent_hash == below.ref.hash for below, above in pairwise(found))
    assert sandbox.nodes[0].tally.batches == 2


async def test_a_batch_with_a_lie_in_it_goes_to_the_next_node(
    sandbox: ChainSandbox, blocks: EvmBlocks
) -> None:
    await sandbox.nodes[0].set_faults((Fault("empty_logs"),))
    last = head(sandbox)
    found = await blocks.blocks(last - 3, last)
    assert [len(block.receipts) for block in found] == [5] * 4
    assert sandbox.nodes[1].tally.batches > 0


async def test_without_batches_blocks_come_one_by_one(
    sandbox: ChainSandbox, blocks: EvmBlocks
) -> None:
    for node in sandbox.nodes:
        await node.set_faults((Fault("no_batches"),))
    last = head(sandbox)
    found = await blocks.blocks(last - 3, last)
    assert [block.ref.number for block in found] == list(range(last - 3, last + 1))


async def test_blocks_end_where_the_nodes_blocks_do(
    sandbox: ChainSandbox, blocks: EvmBlocks
) -> None:
    last = head(sandbox)
    found = await blocks.blocks(last - 1, last + 5)
    assert [block.ref.number for block in found] == [last - 1, last]
    with pytest.raises(AllNodesFailed):
        await blocks.blocks(last + 1, last + 5)


async def test_an_orphan_is_had_by_its_hash_and_only_at_its_height(
    sandbox: ChainSandbox, blocks: EvmBlocks
) -> None:
    orphan = sandbox.chain.reorg(2).orphaned[0]
    wanted = bytes.fromhex(orphan.hash[2:])
    assert (await blocks.block_with_hash(wanted, orphan.number)).ref.hash == wanted
    with pytest.raises(AllNodesFailed, match="was asked for"):
        await blocks.block_with_hash(wanted, orphan.number - 1)
    with pytest.raises(AllNodesFailed, match="does not have the block"):
        await blocks.block_with_hash(bytes(32), orphan.number)


async def test_the_head_is_the_newest_of_all_nodes(
    sandbox: ChainSandbox, blocks: EvmBlocks
) -> None:
    await sandbox.nodes[0].set_faults((Fault("stale_head", {"blocks": 3}),))
    assert await blocks.head() == head(sandbox)
    await sandbox.nodes[1].set_faults((Fault("hang"),))
    assert await blocks.head() == head(sandbox)  # as it told before it hung


async def test_a_head_far_above_all_others_has_to_be_shown(
    sandbox: ChainSandbox, pool: Pool, blocks: EvmBlocks
) -> None:
    await sandbox.nodes[1].set_faults((Fault("down"),))
    pool.saw_head(pool.nodes[1].name, 10**12)
    assert await blocks.head() == head(sandbox)


async def test_one_node_that_is_far_ahead_and_right_is_followed(
    sandbox: ChainSandbox, pool: Pool, blocks: EvmBlocks
) -> None:
    await sandbox.nodes[0].set_faults((Fault("down"),))
    pool.saw_head(pool.nodes[0].name, 5)
    assert await blocks.head() == head(sandbox)


async def test_a_followed_head_costs_two_data_calls_a_block(
    sandbox: ChainSandbox, pool: Pool, blocks: EvmBlocks
) -> None:
    following = 10
    await blocks.block(head(sandbox), exists=True)
    before = pool.counts
    for _ in range(following):
        number = head(sandbox) + 1
        assert await blocks.block(number, exists=False) is None
        sandbox.chain.mine(1, transactions=5)
        assert await blocks.head() == number
        assert await blocks.block(number, exists=False) is not None
        await blocks.settled(number)
        assert len(await blocks.hashes_at(number)) == 2

    after = pool.counts
    assert after.data - before.data == 2 * following
    # a look too early, and a survey of both
    assert after.head - before.head <= 3 * following
    # whatever the blocks, the tags are asked for now and then only
    assert 1 <= after.tag - before.tag <= 2
    # both nodes, and once which chain the other one serves
    assert after.check - before.check <= 2 * following + 1
    assert after.assets == before.assets
