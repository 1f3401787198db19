"""Blocks had from nodes that can do different things, over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from data.chains import known_chains
from sandbox.chain import ChainSandbox, Fault, ethereum_spec
from watcher.evm.fetch import EvmBlocks
from watcher.rpc.errors import AllNodesFailed, NoCapableNode
from watcher.rpc.options import PoolOptions
from watcher.rpc.pool import Pool

from .picky_node import PickyNode, changing, error, unsupported

CHAIN = known_chains()["ethereum"]
ALICE, BOB = "0x" + "a1" * 20, "0x" + "b0" * 20
RECEIPTS, LOGS = "eth_getBlockReceipts", "eth_getLogs"
ONE_RECEIPT = "eth_getTransactionReceipt"


def no_unfiltered(method, params, _):
    """As nodes that want to be told which events."""
    if method == LOGS and not params[0].get("topics"):
        return error(-32701, "please specify an address or topics in your request")
    return None


def head(sandbox: ChainSandbox) -> int:
    return sandbox.chain.head.number


@pytest.fixture
async def sandbox() -> AsyncIterator[ChainSandbox]:
    async with ChainSandbox(ethereum_spec(), nodes=1, history=3) as started:
        yield started


@pytest.fixture
async def node(sandbox: ChainSandbox) -> AsyncIterator[PickyNode]:
    async with PickyNode(sandbox.rpc_urls[0]) as picky:
        yield picky


@asynccontextmanager
async def blocks_from(*urls: str, rounds: int = 1) -> AsyncIterator[EvmBlocks]:
    options = PoolOptions(timeout=20, rounds=rounds, backoff_first=0.01, backoff_longest=0.01)
    async with Pool("ethereum", 1, urls, options) as pool:
        yield EvmBlocks(CHAIN, pool)


def name_of(blocks: EvmBlocks, index: int = 0) -> str:
    return blocks._nodes[index]


def fill(sandbox: ChainSandbox) -> None:
    """A block in which all that matters happens."""
    chain = sandbox.chain
    chain.transfer(ALICE, BOB, 7, mine=False)
    chain.transact(ALICE, BOB, value_wei=9, status=0, mine=False)
    chain.transact(ALICE, None, value_wei=11, mine=False)
    chain.deposit(ALICE, 10**18, mine=False)
    chain.swap(BOB, "USDC", 5_000_000, None, 10**15, mine=False)
    chain.mine(1, transactions=25)


async def test_receipts_are_had_in_two_calls(sandbox: ChainSandbox, node: PickyNode) -> None:
    fill(sandbox)
    async with blocks_from(node.url) as blocks:
        assert blocks.plan(name_of(blocks)) is None
        found = await blocks.block(head(sandbox), exists=True)
        assert found is not None
        assert (found.doubt, found.missing) == (None, None)
        assert blocks.plan(name_of(blocks)) == "receipts"
    assert node.asked == {"eth_chainId": 1, "eth_getBlockByNumber": 1, RECEIPTS: 1}


@pytest.mark.parametrize("batches", [1000, 4, 1])
async def test_from_logs_the_same_transfers_are_read(
    sandbox: ChainSandbox, node: PickyNode, batches: int
) -> None:
    fill(sandbox)
    async with blocks_from(sandbox.rpc_urls[0]) as blocks:
        honest = await blocks.block(head(sandbox), exists=True)
    node.rules.append(unsupported(RECEIPTS))
    node.largest_batch = batches
    async with blocks_from(node.url) as blocks:
        for _ in range(2):
            found = await blocks.block(head(sandbox), exists=True)
            assert found is not None
            assert honest is not None
            told = [one for one in found.transactions() if one.transfers]
            assert told == [one for one in honest.transactions() if one.transfers]
            assert (found.doubt, found.missing) == (None, None)
        assert blocks.plan(name_of(blocks)) == "logs"
    assert node.asked[RECEIPTS] == 1  # asked for once, and not again with every block
    # only what logs do not tell was asked for
    open_ones = sum(int(one.value, 16) > 0 for one in found.body.transactions)
    assert 0 < node.asked[ONE_RECEIPT] <= 2 * open_ones + 2


async def test_from_filtered_logs_transfers_are_read_and_the_rest_is_said_to_be_missing(
    sandbox: ChainSandbox, node: PickyNode
) -> None:
    fill(sandbox)
    node.rules += [unsupported(RECEIPTS), no_unfiltered]
    async with blocks_from(sandbox.rpc_urls[0]) as blocks:
        honest = await blocks.block(head(sandbox), exists=True)
    async with blocks_from(node.url) as blocks:
        found = await blocks.block(head(sandbox), exists=True)
        assert found is not None
        assert honest is not None
        assert found.missing == "the node gives the logs of chosen topics only"

        def moved(block):
            return [
                (one.hash, [transfer[2:] for transfer in one.transfers], one.pools)
                for one in block.transactions()
                if one.transfers
            ]

        assert moved(found) == moved(honest)
        assert await blocks.block(head(sandbox) - 1, exists=True) is not None
        for _ in range(3):
            await blocks.block(head(sandbox), exists=True)
        assert blocks.plan(name_of(blocks)) == "filtered logs"


async def test_a_node_with_neither_gives_heads_only_and_is_asked_for_no_more_blocks(
    sandbox: ChainSandbox, node: PickyNode
) -> None:
    node.rules.append(unsupported(RECEIPTS, LOGS))
    async with blocks_from(node.url, sandbox.rpc_urls[0]) as blocks:
        for _ in range(3):
            assert await blocks.block(head(sandbox), exists=True) is not None
        assert blocks.plan(name_of(blocks)) == "heads only"
        assert blocks.plan(name_of(blocks, 1)) == "receipts"
        assert await blocks.newest() == head(sandbox)
    assert node.asked["eth_getBlockByNumber"] == 1
    assert node.asked["eth_blockNumber"] == 1


async def test_a_chain_of_which_all_nodes_give_heads_only_says_so(
    sandbox: ChainSandbox, node: PickyNode
) -> None:
    node.rules.append(unsupported(RECEIPTS, LOGS))
    async with blocks_from(node.url, rounds=3) as blocks:
        for ask in (
            lambda: blocks.block(head(sandbox), exists=False),
            lambda: blocks.blocks(head(sandbox) - 1, head(sandbox)),
            lambda: blocks.block_with_hash(sandbox.chain.head.hash, head(sandbox)),
        ):
            with pytest.raises(NoCapableNode, match="every node of ethereum gives heads only"):
                await ask()
        assert await blocks.head() == head(sandbox)
    assert node.asked["eth_getBlockByNumber"] == 1


async def test_the_node_with_the_better_plan_is_asked_first(
    sandbox: ChainSandbox, node: PickyNode
) -> None:
    node.rules.append(unsupported(RECEIPTS))
    async with (
        PickyNode(sandbox.rpc_urls[0]) as better,
        blocks_from(node.url, better.url) as blocks,
    ):
        for _ in range(4):
            assert await blocks.block(head(sandbox), exists=True) is not None
        assert better.asked[RECEIPTS] == 3
    assert node.asked[LOGS] == 1


async def test_a_node_that_refuses_all_logs_as_too_much_is_taken_at_its_word_in_the_end(
    sandbox: ChainSandbox, node: PickyNode
) -> None:
    # as BSC's public "dataseed" nodes answer every eth_getLogs
    def limited(method, _params, _answer):
        return error(-32005, "limit exceeded") if method == LOGS else None

    node.rules += [unsupported(RECEIPTS), limited]
    options = PoolOptions(timeout=20, rounds=8, backoff_first=0.01, rate_limit_wait=0)
    async with Pool("ethereum", 1, [node.url], options) as pool:
        blocks = EvmBlocks(CHAIN, pool)
        with pytest.raises(NoCapableNode):
            await blocks.block(head(sandbox), exists=False)


@pytest.mark.parametrize(
    "way", [[], [unsupported(RECEIPTS)], [unsupported(RECEIPTS), no_unfiltered]]
)
async def test_many_blocks_come_in_few_requests_by_every_plan(
    sandbox: ChainSandbox, node: PickyNode, way: list
) -> None:
    for _ in range(6):
        fill(sandbox)
    node.rules += way
    last = head(sandbox)
    async with blocks_from(node.url) as blocks:
        await blocks.block(last, exists=True)
        node.requests.clear()
        found = await blocks.blocks(last - 5, last)
    assert [block.ref.number for block in found] == list(range(last - 5, last + 1))
    assert len(node.requests) <= 7
    async with blocks_from(sandbox.rpc_urls[0]) as honest:
        for block in found:
            other = await honest.block(block.ref.number, exists=True)
            assert other is not None
            amounts = [[t.amount for t in one.transfers] for one in other.transactions()]
            told = [[t.amount for t in one.transfers] for one in block.transactions()]
            assert [each for each in told if each] == [each for each in amounts if each]


async def test_a_batch_is_made_as_small_as_the_node_wants_it(
    sandbox: ChainSandbox, node: PickyNode
) -> None:
    sandbox.chain.mine(12)
    node.largest_batch = 4
    last = head(sandbox)
    async with blocks_from(node.url) as blocks:
        found = list(await blocks.blocks(last - 11, last))
        assert len(found) == 12
        node.requests.clear()
        again = await blocks.blocks(last - 11, last)
    assert len(again) >= 2
    assert max(node.requests) <= 4
    assert sandbox.chain.head.number == last


async def test_logs_that_a_receipt_contradicts_are_a_lie(
    sandbox: ChainSandbox, node: PickyNode
) -> None:
    # given a payment of native coin to a contract that said so in a log
    moved = "0x" + "aa" * 32
    sandbox.chain.transact(ALICE, BOB, value_wei=5, logs=[(BOB, [moved], "0x")])

    # when a node leaves the log out, and with the bloom all trace of it
    node.rules += [
        unsupported(RECEIPTS),
        changing(lambda _: [], LOGS),
        changing(
            lambda body: body and {**body, "logsBloom": "0x" + "00" * 256}, "eth_getBlockByNumber"
        ),
    ]
    async with blocks_from(node.url) as blocks:
        with pytest.raises(AllNodesFailed, match="disagree"):
            await blocks.block(head(sandbox), exists=True)


async def test_without_single_receipts_payments_are_said_to_be_missing(
    sandbox: ChainSandbox, node: PickyNode
) -> None:
    fill(sandbox)
    node.rules.append(unsupported(RECEIPTS, ONE_RECEIPT))
    async with blocks_from(node.url) as blocks:
        found = await blocks.block(head(sandbox), exists=True)
        assert found is not None
        assert "payments of native coin" in (found.missing or "")
        assert all(one.transfers for one in found.transactions())


@pytest.mark.parametrize("fault", ["empty_logs", "partial_logs"])
@pytest.mark.parametrize("way", [RECEIPTS, LOGS])
async def test_a_node_that_leaves_logs_out_is_found_out(
    sandbox: ChainSandbox, node: PickyNode, fault: str, way: str
) -> None:
    fill(sandbox)
    await sandbox.nodes[0].set_faults((Fault(fault, {"keep": 60}),))
    if way == LOGS:
        node.rules.append(unsupported(RECEIPTS))
    async with blocks_from(node.url) as blocks:
        with pytest.raises(AllNodesFailed):
            await blocks.block(head(sandbox), exists=True)


async def test_a_node_that_fails_at_batches_gives_blocks_one_by_one(
    sandbox: ChainSandbox, node: PickyNode
) -> None:
    sandbox.chain.mine(8, transactions=3)
    last = head(sandbox)
    node.status_of_batches = 500
    async with blocks_from(node.url) as blocks:
        found = await blocks.blocks(last - 7, last)
    assert [block.ref.number for block in found] == list(range(last - 7, last + 1))


async def test_a_chain_s_own_transaction_without_sender_does_not_hide_the_block(
    sandbox: ChainSandbox, node: PickyNode
) -> None:
    fill(sandbox)

    def nameless(body):
        for name in ("from", "to", "value"):
            del body["transactions"][-1][name]
        return body

    node.rules.append(changing(nameless, "eth_getBlockByNumber"))
    async with blocks_from(node.url) as blocks:
        found = await blocks.block(head(sandbox), exists=True)
    assert found is not None
    assert any(one.transfers for one in found.transactions())
