"""Every node is faulty for a while: then everything is caught up. What is wrong with the chain
itself, and so on every node alike, is no fault of anybody's.
"""

from __future__ import annotations

import asyncio
from typing import Literal

import pytest

from sandbox.chain import Fault
from sandbox.chain.catalogue import ALL, Case
from tests.faults.lookout import Lookout

BLIND = [
    "refused connection",
    "hang",
    "slow drip",
    "429",
    "429 with retry-after",
    "401",
    "503",
    "html",
    "bad gzip",
    "wrong id",
    "neither receipts nor logs",
    "header not found",
    "rate limit -32005",
    "null newest block",
    "null receipts",
    "short receipts",
    "lagging head",
    "stuck head",
    "wrong chain id",
]


@pytest.mark.parametrize("case", [ALL[name] for name in BLIND], ids=BLIND)
async def test_after_all_nodes_were_faulty_everything_is_caught_up(
    lookout: Lookout, case: Case
) -> None:
    async with lookout.watching():
        await lookout.at_head()
        await lookout.told(lookout.pay())

        for node in lookout.sandbox.nodes:
            await node.set_faults(case)
        for _ in range(4):
            lookout.pay()
            lookout.sandbox.chain.mine(15)
            await asyncio.sleep(0.3)  # long enough for breakers to open and probes to fail
        for node in lookout.sandbox.nodes:
            await node.heal()
        lookout.pay()

        await lookout.settled()


async def test_a_watcher_that_starts_without_nodes_begins_when_there_is_one(
    lookout: Lookout,
) -> None:
    for node in lookout.sandbox.nodes:
        await node.break_with("down")
    async with lookout.watching():
        await lookout.stumbled()
        await lookout.sandbox.nodes[1].heal()
        await lookout.at_head()
        await lookout.told(lookout.pay())

        await lookout.settled()


@pytest.mark.parametrize("part", ["logs_bloom", "receipts_root"])
async def test_headers_that_are_wrong_on_every_node_cost_no_alert(
    lookout: Lookout, part: Literal["logs_bloom", "receipts_root"]
) -> None:
    async with lookout.watching():
        await lookout.at_head()
        lookout.sandbox.chain.spoil_headers(part)
        await lookout.told(lookout.pay(), lookout.pay())
        lookout.sandbox.chain.spoil_headers()
        await lookout.told(lookout.pay())

        await lookout.settled()


@pytest.mark.parametrize("seconds", [7200, -7200])
async def test_a_chain_whose_clock_is_wrong_is_followed_all_the_same(
    lookout: Lookout, seconds: float
) -> None:
    async with lookout.watching():
        await lookout.at_head()
        lookout.sandbox.chain.skew_clock(seconds)
        await lookout.told(lookout.pay())
        await lookout.told(lookout.pay(), lookout.pay())

        await lookout.settled()


@pytest.mark.parametrize(
    "name", ["unsupported method", "filtered logs only", "no batches", "batch out of order"]
)
async def test_what_every_node_lacks_is_done_without(lookout: Lookout, name: str) -> None:
    for node in lookout.sandbox.nodes:
        await node.set_faults(ALL[name])
    async with lookout.watching():
        await lookout.at_head()
        await lookout.told(lookout.pay())
        await lookout.told(*(lookout.pay() for _ in range(5)))

        await lookout.settled()


async def test_a_payment_whose_price_no_node_would_tell_is_told_of_later(lookout: Lookout) -> None:
    """Prices are read from nodes, too: that they fail is no reason to be silent for ever."""
    prices = Fault("status", {"code": 503}, frozenset({"eth_call"}))
    for node in lookout.sandbox.nodes:
        await node.set_faults((prices,))
    async with lookout.watching():
        await lookout.begun()  # it tells of nothing before
        lookout.pay()
        await asyncio.sleep(0.5)  # long enough for a block to be read without prices
        for node in lookout.sandbox.nodes:
            await node.heal()
        lookout.pay()

        await lookout.settled()
