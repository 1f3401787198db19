"""Blocks with the traces of nodes that have some, over HTTP."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from data.chains import known_chains
from data.model import Source
from sandbox.chain import ChainSandbox, ethereum_spec
from tests.unit.watcher.evm.picky_node import PickyNode, Rule, changing, unsupported
from watcher.evm.block import EvmBlock
from watcher.evm.fetch import EvmBlocks
from watcher.rpc.options import PoolOptions
from watcher.rpc.pool import Pool
from watcher.rpc.snapshot import Standing

CHAIN = known_chains()["ethereum"]
ALICE, BOB, CAROL = "0x" + "a1" * 20, "0x" + "b0" * 20, "0x" + "ca" * 20
PARITY, GETH = "trace_block", "debug_traceBlockByHash"


@dataclass
class Asked:
    """A chain with nodes that can do this and that, and what was told of their traces."""

    sandbox: ChainSandbox
    blocks: EvmBlocks
    pool: Pool
    nodes: list[PickyNode]
    told: list[str | None] = field(default_factory=list)

    async def newest(self) -> EvmBlock:
        block = await self.blocks.block(self.sandbox.chain.head.number, exists=True)
        assert block is not None
        return block


@asynccontextmanager
async def asking(*rules: Sequence[Rule]) -> AsyncIterator[Asked]:
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(ChainSandbox(ethereum_spec(), nodes=1, history=3))
        nodes = []
        for each in rules:
            node = await stack.enter_async_context(PickyNode(sandbox.rpc_urls[0]))
            node.rules += each
            nodes.append(node)
        options = PoolOptions(timeout=20, rounds=1, backoff_first=0.01, backoff_longest=0.01)
        urls = [node.url for node in nodes]
        pool = await stack.enter_async_context(Pool("ethereum", 1, urls, options))
        told: list[str | None] = []
        blocks = EvmBlocks(CHAIN, pool, on_traced=lambda _, why: told.append(why))
        sandbox.chain.transact(
            ALICE, BOB, value_wei=5, inside=[(BOB, CAROL, 3), (BOB, ALICE, 2)], mine=False
        )
        sandbox.chain.withdraw(ALICE, 7, mine=False)
        sandbox.chain.transact(ALICE, BOB, status=0, inside=[(BOB, CAROL, 9)], mine=False)
        sandbox.chain.mine()
        yield Asked(sandbox, blocks, pool, nodes, told)


def inside(block: EvmBlock) -> list[tuple[str, str, int]]:
    return [
        ("0x" + one.sender.hex(), "0x" + one.recipient.hex(), one.amount)
        for found in block.transactions()
        for one in found.transfers
        if one.source is Source.TRACE
    ]


WETH = "0x" + CHAIN.wrapped_native.hex()
ALL = [(BOB, CAROL, 3), (BOB, ALICE, 2), (WETH, ALICE, 7)]


@pytest.mark.parametrize(("lacks", "used"), [(GETH, PARITY), (PARITY, GETH), (None, PARITY)])
async def test_a_node_is_asked_in_the_way_that_it_has(lacks: str | None, used: str) -> None:
    async with asking([unsupported(lacks)] if lacks else []) as asked:
        assert inside(await asked.newest()) == ALL
        assert asked.told == [None]
        first = asked.nodes[0].asked.copy()
        await asked.newest()
        assert asked.nodes[0].asked[used] == first[used] + 1
        if lacks:
            assert asked.nodes[0].asked[lacks] == first[lacks]


async def test_another_node_traces_what_the_first_one_gave() -> None:
    async with asking([unsupported(PARITY, GETH)], []) as asked:
        assert inside(await asked.newest()) == ALL


async def test_blocks_had_in_a_batch_are_traced_as_well() -> None:
    async with asking([]) as asked:
        head = asked.sandbox.chain.head.number
        found = await asked.blocks.blocks(head - 1, head)
        assert inside(found[-1]) == ALL
        assert inside(await asked.blocks.block_with_hash(found[-1].ref.hash, head)) == ALL


async def test_a_block_without_traces_is_used_and_that_is_told() -> None:
    async with asking([unsupported(PARITY, GETH)]) as asked:
        block = await asked.newest()
        assert inside(block) == []
        assert block.missing is None
        assert len(list(block.transactions())) == 2
        (why,) = asked.told
        assert why is not None
        assert "does not trace" in why


def _of_another_value(result: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**one, "action": {**one["action"], "value": "0x999"}} for one in result]


def _unreadable(result: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**one, "action": "garbled"} for one in result]


def _of_another_branch(result: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**one, "blockHash": "0x" + "00" * 32} for one in result]


@pytest.mark.parametrize("change", [_of_another_value, _unreadable, _of_another_branch])
async def test_traces_that_will_not_do_are_not_used_and_the_nodes_blocks_are(
    change: Callable[[Any], Any],
) -> None:
    async with asking([changing(change, PARITY), unsupported(GETH)]) as asked:
        for _ in range(4):
            assert inside(await asked.newest()) == []
        assert None not in asked.told
        (node,) = asked.pool.nodes
        assert node.state is Standing.READY
        assert node.faults == 0


def net(block: EvmBlock, address: str) -> dict[bytes | None, int]:
    party = bytes.fromhex(address[2:])
    changes: Counter[bytes | None] = Counter()
    for found in block.transactions():
        for one in found.transfers:
            changes[one.token] += one.amount * ((one.recipient == party) - (one.sender == party))
    return dict(changes)


@pytest.mark.parametrize("native_logs", [False, True])
async def test_native_coin_that_was_bought_arrives_once_by_traces_and_by_logs(
    native_logs: bool,
) -> None:
    spec = replace(ethereum_spec(), native_logs=native_logs)
    chain = replace(CHAIN, native_logs_from=0) if native_logs else CHAIN
    async with ChainSandbox(spec, nodes=1, history=1) as sandbox:
        sandbox.chain.swap(ALICE, "USDC", 3_000, None, 7, mine=False)
        sandbox.chain.transfer(ALICE, ALICE, 5, mine=False)
        sandbox.chain.transfer(ALICE, BOB, 2, mine=False)
        sandbox.chain.mine()
        async with Pool("ethereum", 1, sandbox.rpc_urls, PoolOptions(timeout=20)) as pool:
            blocks = EvmBlocks(chain, pool, audit=True, on_traced=lambda *_: None)
            block = await blocks.block(sandbox.chain.head.number, exists=True)
        asked = sandbox.nodes[0].tally.calls
    assert block is not None
    usdc = next(token.address for token in CHAIN.tokens_called("USDC"))
    assert net(block, ALICE)[usdc] == -3_000
    assert net(block, ALICE)[None] == 7 - 2
    assert bool(asked[PARITY]) is not native_logs


async def test_no_traces_are_asked_for_unless_somebody_wants_them() -> None:
    async with asking([]) as asked:
        plain = EvmBlocks(CHAIN, asked.pool)
        await plain.block(asked.sandbox.chain.head.number, exists=True)
        assert asked.nodes[0].asked[PARITY] == asked.nodes[0].asked[GETH] == 0
