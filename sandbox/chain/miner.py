"""Mines at the chain's pace in the background."""

from __future__ import annotations

import asyncio
import contextlib

from sandbox.chain.chain import Chain


class Miner:
    """`start` and `stop` as often as wanted; a block each `chain.spec.block_time` seconds."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain
        self._task: asyncio.Task[None] | None = None

    @property
    def is_running(self) -> bool:
        return self._task is not None and not self._task.done()

    def start(self, transactions: int | None = None) -> None:
        """Mine on, with that many ordinary transactions a block (None: what the spec's noise
        says).
        """
        if self.is_running:
            return
        count = self._chain.spec.noise.transactions if transactions is None else transactions
        self._task = asyncio.create_task(self._mine(count), name=f"{self._chain.spec.name} miner")

    async def stop(self) -> None:
        """Stop; an error that ended the mining is raised here."""
        task, self._task = self._task, None
        if task is None:
            return
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    async def _mine(self, transactions: int) -> None:
        """Keeps the pace on average; where the machine is too slow for it, blocks come as fast
        as they can.
        """
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            due = max(due + self._chain.spec.block_time, loop.time())
            await asyncio.sleep(max(0.0, due - loop.time()))
            self._chain.mine(transactions=transactions)
