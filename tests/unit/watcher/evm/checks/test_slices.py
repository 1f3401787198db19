"""A huge block does not hold up the rest of the process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from data.chains import known_chains
from sandbox.chain import Chain, ethereum_spec
from sandbox.chain.rendering import Rendering
from watcher.evm.checks.bloom import Blooms
from watcher.evm.checks.header import HeaderChecks
from watcher.evm.checks.receipts import check_receipts
from watcher.evm.checks.slices import sliced
from watcher.evm.wire import RpcBlock, RpcReceipt
from watcher.rpc.wire import decode


async def turns_during(work: Awaitable[object]) -> int:
    """How often others could work while it did."""
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    async with asyncio.TaskGroup() as tasks:
        ticking = tasks.create_task(others())
        await asyncio.sleep(0)
        await work
        ticking.cancel()
    return turns


async def test_slices_are_the_whole_in_its_order() -> None:
    for length in (0, 1, 6, 7, 8, 20):
        found = [item async for part in sliced(range(length), 7) for item in part]
        assert found == list(range(length))


async def test_every_long_step_lets_others_work() -> None:
    chain = Chain(ethereum_spec(), history=1)
    chain.mine(1, transactions=2500)
    rendering = Rendering(chain.head)

    body = decode(rendering.full, RpcBlock)
    receipts = decode(rendering.all_receipts, list[RpcReceipt])
    assert await turns_during(check_receipts(body, receipts)) >= 2
    texts = await check_receipts(body, receipts)
    words = {"0x" + number.to_bytes(32).hex() for number in range(9000)}
    assert await turns_during(Blooms().of(words)) >= 4
    audit = HeaderChecks(known_chains()["ethereum"], audit=True)
    assert await turns_during(audit.contradiction(body, texts, receipts)) >= 20
