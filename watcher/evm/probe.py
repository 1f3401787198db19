"""Gets to know nodes that nobody has needed yet, so that what they can do is known before.

Each is asked about a block that does not exist: whether a method is there shows in how it says so,
and the answer is a few bytes. What real blocks teach later counts more.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from watcher.evm.abilities import AGAIN_AFTER, Abilities, Ability
from watcher.rpc.errors import BlockUnavailable, MethodUnsupported, NodeUnfit, RpcError
from watcher.rpc.snapshot import Standing
from watcher.rpc.wire import Call

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from watcher.rpc.asking import Asking
    from watcher.rpc.pool import Pool

PAUSE = 10.0
"""Seconds between two looks for a node that is to be got to know."""
_WITHIN = 5.0
_NO_HASH = "0x" + "00" * 32
_NO_NUMBER = hex(2**40)
_QUESTIONS = {
    Ability.RECEIPTS: Call("eth_getBlockReceipts", [_NO_HASH]),
    Ability.LOGS: Call("eth_getLogs", [{"blockHash": _NO_HASH}]),
    Ability.GETH_TRACES: Call("debug_traceBlockByHash", [_NO_HASH, {"tracer": "callTracer"}]),
    Ability.PARITY_TRACES: Call("trace_block", [_NO_NUMBER]),
}


class Probes:
    """Those of one chain's nodes. ``run`` is a task beside the one that follows the chain."""

    def __init__(
        self,
        pool: Pool,
        abilities: Abilities,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._pool = pool
        self._abilities = abilities
        self._clock = clock
        self._asked_at: dict[str, float] = {}
        self._sleep = sleep

    async def run(self) -> None:
        """Get to know one node after the other, and each again after a while; never ends."""
        while True:
            await self._sleep(PAUSE)
            await self.once()

    async def once(self) -> None:
        """Ask one node that is not set aside and of which something is not known, if there is."""
        nodes = self._pool.nodes
        self._abilities.keep_up(nodes)
        for node in nodes:
            if node.state in (Standing.OPEN, Standing.QUARANTINED):
                self._asked_at.pop(node.name, None)
            asked_at = self._asked_at.get(node.name)
            unknown = [one for one in _QUESTIONS if not self._abilities.knows(node.name, one)]
            due = asked_at is None or self._clock() - asked_at >= AGAIN_AFTER
            if unknown and due and node.state is Standing.READY:
                self._asked_at[node.name] = self._clock()
                await self._ask(node.name, unknown)
                return

    async def _ask(self, node: str, unknown: list[Ability]) -> None:
        async def talk(asking: Asking) -> None:
            for ability in unknown:
                await self._learn(asking, ability)

        try:
            await self._pool.only(node, talk, within=_WITHIN)
        except RpcError:
            return  # the pool has judged it

    async def _learn(self, asking: Asking, ability: Ability) -> None:
        try:
            await asking.one(_QUESTIONS[ability])
        except BlockUnavailable:
            self._abilities.did(asking.name, ability)
        except MethodUnsupported:
            self._abilities.cannot(asking.name, ability)
        except NodeUnfit:
            return  # it does not say
        else:
            self._abilities.did(asking.name, ability)
