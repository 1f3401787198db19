"""An HTTP server whose faults are switched at runtime: nodes and the price source are such
servers.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any

from aiohttp import web

from sandbox.chain import transport_faults
from sandbox.chain.fault import Fault
from sandbox.chain.listener import Listener
from sandbox.chain.transport_faults import DOWN


class FaultyServer(ABC):
    """`await open()`, then `url`; `break_with`, `heal` and `set_faults` switch faults."""

    known_faults: AbstractSet[str] = transport_faults.NAMES

    def __init__(self, name: str, port: int = 0) -> None:
        self.name = name
        self._faults: tuple[Fault, ...] = ()
        self._listener = Listener(self._application, port)
        self._changed = asyncio.Event()

    @property
    def url(self) -> str:
        """The base URL; it stays the same while the server is down."""
        return self._listener.url

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What is wrong with it now."""
        return self._faults

    async def open(self) -> None:
        """Listen."""
        await self._listener.open()

    async def close(self) -> None:
        """Stop listening."""
        self._changed.set()
        await self._listener.close()

    async def break_with(
        self, name: str, *, methods: tuple[str, ...] = (), times: int = 0, **params: Any
    ) -> None:
        """One more fault, for instance `break_with("slow", seconds=3, methods=("eth_call",))`."""
        await self.set_faults((*self._faults, Fault(name, params, frozenset(methods), times)))

    async def heal(self, *names: str) -> None:
        """End the faults of these names, or all of them."""
        await self.set_faults(tuple(f for f in self._faults if names and f.name not in names))

    async def set_faults(self, faults: tuple[Fault, ...]) -> None:
        """Exactly these faults from now on; ValueError, and no change, if one is not known."""
        for fault in faults:
            if fault.name not in self.known_faults:
                raise ValueError(f"{self.name} has no fault {fault.name!r}")
        self._faults = tuple(self._settled(fault) for fault in faults)
        self._changed.set()
        self._changed = asyncio.Event()
        if any(fault.name == DOWN for fault in faults):
            await self._listener.close()
        else:
            await self._listener.open()

    @abstractmethod
    def _application(self) -> web.Application:
        """What it serves when it is well."""

    def _settled(self, fault: Fault) -> Fault:
        """The fault with what only the moment of switching it on can say."""
        return fault

    def _strike(
        self, methods: frozenset[str], names: AbstractSet[str] | None = None
    ) -> tuple[Fault, ...]:
        """The faults (of these names) that hit this exchange; those with a number of times use
        one up.
        """
        struck, left = [], []
        for fault in self._faults:
            hit = fault.strikes(methods) and (names is None or fault.name in names)
            if hit:
                struck.append(fault)
            if not hit or fault.times == 0:
                left.append(fault)
            elif fault.times > 1:
                left.append(replace(fault, times=fault.times - 1))
        self._faults = tuple(left)
        return tuple(struck)
