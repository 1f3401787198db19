"""Who reads a block: ours in this process, peers in processes of their own."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from data.model import Chain, Source, Standard
from watcher.evm.fetch import EvmBlocks
from watcher.rpc.errors import RpcError
from watcher.rpc.pool import Pool

Transfers: TypeAlias = Counter[tuple[str, ...]]
"""Transaction, token, sender, recipient and amount of each token transfer."""


_UNTIL_READY = 120.0


class Loud(Exception):
    """The contender said that it could not; nobody was deceived."""


@dataclass(frozen=True, slots=True)
class Question:
    """A block to be read over these nodes, and by which way where there are two."""

    urls: tuple[str, ...]
    number: int
    way: str


class Contender(Protocol):
    """Reads a block's transfers; raises Loud, or TimeoutError after its patience."""

    async def ready(self) -> None: ...

    async def read(self, question: Question) -> Transfers: ...


class Ours:
    """A fresh pool with its defaults, and the checks of every block."""

    def __init__(self, chain: Chain, patience: float) -> None:
        self._chain = chain
        self._patience = patience

    async def ready(self) -> None:
        """It always is."""

    async def read(self, question: Question) -> Transfers:
        """Our way is whichever the nodes have."""
        chain = self._chain
        async with (
            asyncio.timeout(self._patience),
            Pool(chain.name, chain.chain_id, question.urls) as pool,
        ):
            try:
                block = await EvmBlocks(chain, pool).block(question.number, exists=True)
            except RpcError as error:
                raise Loud(str(error)) from None
            if block is None:
                raise Loud("there is no such block")
            return Counter(
                (_hex(found.hash), _hex(one.token), _hex(one.sender), _hex(one.recipient), amount)
                for found in block.transactions()
                for one in found.transfers
                if one.source is Source.LOG and one.token and one.standard is Standard.ERC20
                for amount in (str(one.amount),)
            )


class Peer:
    """`bench.peer` under a Python that has the peer; ended and begun again where it hangs."""

    def __init__(self, name: str, python: str, patience: float) -> None:
        self._command = (python, "-m", "bench.peer", name)
        self._patience = patience
        self._process: asyncio.subprocess.Process | None = None

    async def read(self, question: Question) -> Transfers:
        """One question at a time."""
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise RuntimeError("wait until the peer is ready")
        asked = {"urls": question.urls, "number": question.number, "way": question.way}
        process.stdin.write(json.dumps(asked).encode() + b"\n")
        try:
            async with asyncio.timeout(self._patience):
                line = await process.stdout.readline()
        except TimeoutError:
            await self.close()
            raise
        if not line:
            await self.close()
            raise Loud("its process died")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise Loud(answer["error"])
        return Counter(tuple(transfer) for transfer in answer["transfers"])

    async def close(self) -> None:
        """End its process."""
        process, self._process = self._process, None
        if process is not None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def ready(self) -> None:
        """Begin its process, if there is none."""
        if self._process is not None:
            return
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(
            *self._command, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL, limit=2**24
        )
        async with asyncio.timeout(_UNTIL_READY):
            if self._process.stdout is None or not await self._process.stdout.readline():
                raise SystemExit(f"{' '.join(self._command)} does not start")


def _hex(raw: bytes | None) -> str:
    return "0x" + (raw or b"").hex()
