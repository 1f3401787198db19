"""Blocks that contradict their own header: lies are told from checks that do not hold."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from data.chains import known_chains
from sandbox.chain import ChainSandbox, ethereum_spec
from watcher.evm.doubts import host_of
from watcher.evm.fetch import EvmBlocks
from watcher.rpc.errors import AllNodesFailed
from watcher.rpc.options import PoolOptions
from watcher.rpc.pool import Pool

from .picky_node import PickyNode, Rule, changing, error, unsupported

CHAIN = known_chains()["ethereum"]
DOUBT = "do not make up its bloom"


def other_bloom(body: Any) -> Any:
    """As on a chain whose nodes leave some logs out of the header's bloom, all of them alike."""
    return body and {**body, "logsBloom": "0x" + "00" * 255 + "01"}


def without_last_log(receipts: Any) -> Any:
    """What an index tells nothing about: nothing comes after it."""
    for receipt in reversed(receipts):
        if receipt["logs"]:
            receipt["logs"].pop()
            break
    return receipts


BY_PLACE = ("eth_getBlockByNumber", "eth_getBlockByHash")
ODD_HEADER = changing(other_bloom, *BY_PLACE)
LIE = changing(without_last_log, "eth_getBlockReceipts")


@pytest.fixture
async def sandbox() -> AsyncIterator[ChainSandbox]:
    async with ChainSandbox(ethereum_spec(), nodes=1, history=3) as started:
        started.chain.mine(4, transactions=15)
        started.chain.transfer_erc20("USDC", "0x" + "a1" * 20, "0x" + "b0" * 20, 7)
        yield started


@asynccontextmanager
async def following(
    sandbox: ChainSandbox, *rules: list[Rule], audit: bool = False
) -> AsyncIterator[tuple[Pool, EvmBlocks]]:
    """Blocks from as many nodes as there are lists of rules."""
    async with AsyncExitStack() as stack:
        urls = []
        for each in rules:
            node = await stack.enter_async_context(PickyNode(sandbox.rpc_urls[0]))
            node.rules += each
            urls.append(node.url)
        options = PoolOptions(timeout=20, rounds=1)
        pool = await stack.enter_async_context(Pool("ethereum", 1, urls, options))
        yield pool, EvmBlocks(CHAIN, pool, audit=audit)


def faults(pool: Pool) -> list[int]:
    return [node.faults for node in pool.nodes]


async def test_what_two_independent_nodes_agree_on_is_believed_with_its_doubt(
    sandbox: ChainSandbox,
) -> None:
    head = sandbox.chain.head
    async with following(sandbox, [ODD_HEADER], [ODD_HEADER]) as (pool, blocks):
        block = await blocks.block(head.number, exists=True)
        assert block is not None
        assert DOUBT in (block.doubt or "")
        assert [t.amount for one in block.transactions() for t in one.transfers] == [7]
        again = await blocks.block_with_hash(head.hash, head.number)
        assert DOUBT in (again.doubt or "")
        assert faults(pool) == [0, 0]


async def test_how_they_write_addresses_does_not_matter(sandbox: ChainSandbox) -> None:
    def shouting(receipts: Any) -> Any:
        for log in (log for receipt in receipts for log in receipt["logs"]):
            log["address"] = "0x" + log["address"][2:].upper()
        return receipts

    loud = [ODD_HEADER, changing(shouting, "eth_getBlockReceipts")]
    async with following(sandbox, [ODD_HEADER], loud) as (_, blocks):
        block = await blocks.block(sandbox.chain.head.number, exists=True)
        assert block is not None
        assert DOUBT in (block.doubt or "")


async def test_they_need_not_give_it_in_the_same_way(sandbox: ChainSandbox) -> None:
    logs_only = [ODD_HEADER, unsupported("eth_getBlockReceipts")]
    async with following(sandbox, [ODD_HEADER], logs_only) as (pool, blocks):
        block = await blocks.block(sandbox.chain.head.number - 1, exists=True)
        assert block is not None
        assert DOUBT in (block.doubt or "")
        assert faults(pool) == [0, 0]


async def test_catching_up_goes_on_through_blocks_in_doubt(sandbox: ChainSandbox) -> None:
    last = sandbox.chain.head.number
    async with following(sandbox, [ODD_HEADER], [ODD_HEADER]) as (pool, blocks):
        found = list(await blocks.blocks(last - 3, last))
        while found[-1].ref.number < last:
            found.extend(await blocks.blocks(found[-1].ref.number + 1, last))
        assert [block.ref.number for block in found] == list(range(last - 3, last + 1))
        assert all(DOUBT in (block.doubt or "") for block in found)
        assert faults(pool) == [0, 0]


async def test_one_that_another_node_shows_to_be_wrong_has_lied(sandbox: ChainSandbox) -> None:
    async with following(sandbox, [LIE], []) as (pool, blocks):
        block = await blocks.block(sandbox.chain.head.number, exists=True)
        assert block is not None
        assert block.doubt is None
        assert [t.amount for one in block.transactions() for t in one.transfers] == [7]
        assert faults(pool) == [1, 0]


async def test_a_lie_in_the_middle_of_a_batch_is_found_out(sandbox: ChainSandbox) -> None:
    last = sandbox.chain.head.number
    lie = changing(
        lambda told: without_last_log(told) if told[0]["blockNumber"] == hex(last) else told,
        "eth_getBlockReceipts",
    )
    async with following(sandbox, [lie], []) as (pool, blocks):
        found = list(await blocks.blocks(last - 3, last))
        assert [block.ref.number for block in found] == [last - 3, last - 2, last - 1]
        (end,) = await blocks.blocks(last, last)
        assert [t.amount for one in end.transactions() for t in one.transfers] == [7]
        assert faults(pool) == [1, 0]


async def test_two_that_tell_different_things_are_not_believed(sandbox: ChainSandbox) -> None:
    async with following(sandbox, [ODD_HEADER], [ODD_HEADER, LIE]) as (_, blocks):
        with pytest.raises(AllNodesFailed, match=DOUBT):
            await blocks.block(sandbox.chain.head.number, exists=True)


async def test_one_node_alone_is_not_believed_and_not_blamed(sandbox: ChainSandbox) -> None:
    async with following(sandbox, [ODD_HEADER]) as (pool, blocks):
        for _ in range(6):
            with pytest.raises(AllNodesFailed, match="no independent node has confirmed it"):
                await blocks.block(sandbox.chain.head.number, exists=True)
        assert faults(pool) == [0]


async def test_the_same_host_twice_is_one_witness(sandbox: ChainSandbox) -> None:
    async with PickyNode(sandbox.rpc_urls[0]) as node:
        node.rules.append(ODD_HEADER)
        urls = [node.url, node.url + "?key=other"]
        async with Pool("ethereum", 1, urls, PoolOptions(timeout=20, rounds=1)) as pool:
            with pytest.raises(AllNodesFailed, match=DOUBT):
                await EvmBlocks(CHAIN, pool).block(sandbox.chain.head.number, exists=True)


async def test_the_audit_finds_what_the_bloom_does_not(sandbox: ChainSandbox) -> None:
    def more(receipts: Any) -> Any:
        for log in receipts[0]["logs"]:
            log["data"] = "0x" + "ff" * 32
        return receipts

    async with (
        PickyNode(sandbox.rpc_urls[0]) as liar,
        PickyNode(sandbox.rpc_urls[0]) as honest,
        Pool("ethereum", 1, [liar.url, honest.url], PoolOptions(timeout=20, rounds=1)) as pool,
    ):
        liar.rules.append(changing(more, "eth_getBlockReceipts"))
        block = await EvmBlocks(CHAIN, pool, audit=True).block(
            sandbox.chain.head.number, exists=True
        )
        assert block is not None
        assert [t.amount for one in block.transactions() for t in one.transfers] == [7]
        assert faults(pool) == [1, 0]


async def test_who_gives_some_logs_only_shows_nobody_to_be_wrong(sandbox: ChainSandbox) -> None:
    # given headers that no honest node's logs make up, and a node that gives chosen logs only
    def chosen_only(method: str, params: list[Any], _: dict[str, Any]) -> dict[str, Any] | None:
        unfit = method == "eth_getLogs" and "topics" not in params[0]
        return error(-32602, "topics are required") if unfit else None

    full = changing(lambda body: body and {**body, "logsBloom": "0x" + "ff" * 256}, *BY_PLACE)
    partial = [full, unsupported("eth_getBlockReceipts"), chosen_only]
    async with following(sandbox, [full], partial) as (pool, blocks):
        block = await blocks.block(sandbox.chain.head.number, exists=True)
        assert block is not None
        assert block.missing is not None
        assert faults(pool) == [0, 0]


async def test_who_has_no_receipts_shows_nobody_to_be_wrong_who_tells_the_same(
    sandbox: ChainSandbox,
) -> None:
    # given a receipts root that no honest node's receipts make up, and a node that gives logs only
    odd_root = changing(lambda body: body and {**body, "receiptsRoot": "0x" + "12" * 32}, *BY_PLACE)
    logs_only = [odd_root, unsupported("eth_getBlockReceipts")]
    async with following(sandbox, [odd_root], logs_only, audit=True) as (pool, blocks):
        block = await blocks.block(sandbox.chain.head.number - 1, exists=True)
        assert block is not None
        assert "do not make up their root" in (block.doubt or "")
        assert faults(pool) == [0, 0]


def test_a_host_is_told_by_name_and_port() -> None:
    assert host_of("https://a.example") == host_of("https://a.example#2")
    assert host_of("https://a.example") != host_of("https://b.example")
    assert host_of("http://127.0.0.1:1") != host_of("http://127.0.0.1:2")
