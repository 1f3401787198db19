"""Nodes that nobody has needed yet are got to know."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from data.chains import known_chains
from sandbox.chain import ChainSandbox, ethereum_spec
from watcher.evm.abilities import Abilities, Ability, Plan
from watcher.evm.fetch import EvmBlocks
from watcher.evm.probe import Probes
from watcher.rpc.errors import UntrueAnswer
from watcher.rpc.options import PoolOptions
from watcher.rpc.pool import Pool

from .picky_node import PickyNode, Rule, error, unsupported


@asynccontextmanager
async def probing(*rules: list[Rule]) -> AsyncIterator[tuple[Probes, Abilities, list[PickyNode]]]:
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(ChainSandbox(ethereum_spec(), nodes=1, history=2))
        nodes = []
        for each in rules:
            node = await stack.enter_async_context(PickyNode(sandbox.rpc_urls[0]))
            node.rules += each
            nodes.append(node)
        pool = await stack.enter_async_context(
            Pool("ethereum", 1, [node.url for node in nodes], PoolOptions(timeout=20))
        )
        known = Abilities()
        yield Probes(pool, known), known, nodes


def name(node: PickyNode) -> str:
    return node.url.rstrip("/")


async def test_every_node_is_got_to_know_once() -> None:
    async with probing(
        [],
        [unsupported("eth_getBlockReceipts")],
        [unsupported("eth_getBlockReceipts", "eth_getLogs")],
    ) as (probes, known, nodes):
        for _ in range(6):
            await probes.once()
        assert known.plan(name(nodes[0])) is Plan.RECEIPTS
        assert known.plan(name(nodes[1])) is Plan.LOGS
        # whether it would give chosen logs shows when a block is asked of it
        assert not known.may(name(nodes[2]), Ability.LOGS)
        assert [node.asked["eth_getBlockReceipts"] for node in nodes] == [1, 1, 1]
        assert [node.asked["eth_getBlockByNumber"] for node in nodes] == [0, 0, 0]


async def test_traces_are_noted() -> None:
    def traces(method, params, _):
        if method == "debug_traceBlockByHash":
            return error(-32000, f"block {params[0]} not found")
        return None

    async with probing([traces, unsupported("trace_block")]) as (probes, known, nodes):
        await probes.once()
        assert known.can(name(nodes[0]), Ability.GETH_TRACES)
        assert not known.may(name(nodes[0]), Ability.PARITY_TRACES)


async def test_a_node_that_fails_hinders_nobody() -> None:
    broken: Rule = lambda *_: error(-32603, "internal error")  # noqa: E731 - a rule in a word
    async with probing([broken], []) as (probes, known, nodes):
        for _ in range(4):
            await probes.once()
        assert nodes[0].asked["eth_getBlockReceipts"] <= 1
        assert known.plan(name(nodes[0])) is None
        assert known.plan(name(nodes[1])) is Plan.RECEIPTS


async def test_one_that_takes_its_time_is_got_to_know_all_the_same() -> None:
    async with (
        ChainSandbox(ethereum_spec(), nodes=1, history=2) as sandbox,
        PickyNode(sandbox.rpc_urls[0]) as slow,
        PickyNode(sandbox.rpc_urls[0]) as other,
    ):
        options = PoolOptions(timeout=20, hedge_first=0.05, hedge_shortest=0.05, hedge_longest=0.05)
        async with Pool("ethereum", 1, [slow.url, other.url], options) as pool:
            slow.delay = 0.2
            known = Abilities()
            probes = Probes(pool, known)
            await probes.once()
            for ability in (Ability.RECEIPTS, Ability.LOGS, Ability.PARITY_TRACES):
                assert known.knows(name(slow), ability)
            assert other.requests == []
            assert pool.counts.data == 0


async def test_after_an_hour_or_when_it_was_set_aside_a_node_is_got_to_know_anew() -> None:
    now = 1000.0
    async with (
        ChainSandbox(ethereum_spec(), nodes=1, history=2) as sandbox,
        PickyNode(sandbox.rpc_urls[0]) as node,
        Pool("ethereum", 1, [node.url], PoolOptions(timeout=20, breaker_threshold=1)) as pool,
    ):
        known = Abilities(clock=lambda: now)
        probes = Probes(pool, known, clock=lambda: now)
        for _ in range(3):
            await probes.once()
        assert node.asked["eth_getBlockReceipts"] == 1
        now += 3601
        await probes.once()
        assert node.asked["eth_getBlockReceipts"] == 2
        pool.report(name(node), UntrueAnswer("it lied"))
        await probes.once()
        assert known.plan(name(node)) is None
        assert node.asked["eth_getBlockReceipts"] == 2


async def test_what_a_probe_found_is_used_for_the_first_block() -> None:
    async with (
        ChainSandbox(ethereum_spec(), nodes=1, history=2) as sandbox,
        PickyNode(sandbox.rpc_urls[0]) as node,
        Pool("ethereum", 1, [node.url], PoolOptions(timeout=20)) as pool,
    ):
        node.rules.append(unsupported("eth_getBlockReceipts"))
        blocks = EvmBlocks(known_chains()["ethereum"], pool)
        await blocks._probes.once()
        assert await blocks.block(sandbox.chain.head.number, exists=True) is not None
        assert node.asked["eth_getBlockReceipts"] == 1
