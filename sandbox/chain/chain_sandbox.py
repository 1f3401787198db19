"""A chain, its nodes, a price source and the control API, started and stopped together."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Self

from sandbox.chain.chain import Chain
from sandbox.chain.control import Control
from sandbox.chain.miner import Miner
from sandbox.chain.node import Node
from sandbox.chain.price_source import PriceSource
from sandbox.chain.rendering import Renderings
from sandbox.chain.spec import ChainSpec


class ChainSandbox:
    """`async with ChainSandbox(ethereum_spec(), nodes=3) as sandbox: ... sandbox.rpc_urls,
    sandbox.chain`.

    `clock` gives block time stamps (None: virtual, from `start_time`); with `auto_mine` blocks
    come by themselves, with `transactions` each (None: what the spec's noise says).
    """

    def __init__(
        self,
        spec: ChainSpec,
        *,
        nodes: int = 2,
        seed: int = 1,
        clock: Callable[[], float] | None = time.time,
        start_time: int = 1_760_000_000,
        history: int = 70,
        keep: int = 1000,
        auto_mine: bool = False,
        transactions: int | None = None,
        ports: tuple[int, ...] = (),
        control_port: int = 0,
    ) -> None:
        if ports and len(ports) != nodes:
            raise ValueError(f"{nodes} nodes and {len(ports)} ports: give one port to each node")
        self.chain = Chain(
            spec, seed=seed, start_time=start_time, clock=clock, history=history, keep=keep
        )
        renderings = Renderings()
        self.nodes = tuple(
            Node(self.chain, f"node-{n + 1}", port=ports[n] if ports else 0, renderings=renderings)
            for n in range(nodes)
        )
        self.prices = PriceSource(self.chain)
        self.miner = Miner(self.chain)
        self._control = Control(self.chain, self.nodes, self.prices, self.miner, control_port)
        self._auto_mine = auto_mine
        self._transactions = transactions

    @property
    def rpc_urls(self) -> list[str]:
        """One URL a node, in order."""
        return [node.url for node in self.nodes]

    @property
    def ws_urls(self) -> list[str]:
        """One WebSocket URL a node, in order: the same ports."""
        return [node.ws_url for node in self.nodes]

    @property
    def prices_url(self) -> str:
        """The base URL of the price source."""
        return self.prices.url

    @property
    def control_url(self) -> str:
        """What `ChainClient` takes."""
        return self._control.url

    async def start(self) -> None:
        """Open everything; what was opened is closed again if one of them cannot."""
        try:
            for server in (*self.nodes, self.prices):
                await server.open()
            await self._control.open()
        except BaseException:
            await self.stop()
            raise
        if self._auto_mine:
            self.miner.start(self._transactions)

    async def stop(self) -> None:
        """Close everything."""
        await self.miner.stop()
        await self._control.close()
        for server in (*self.nodes, self.prices):
            await server.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()
