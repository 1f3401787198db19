"""How far a chain is settled: by the tags ``safe`` and ``finalized``, else by depth."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING

from data.model import Settled
from watcher.evm.abilities import Ability
from watcher.evm.wire import BadField, RpcHeader, quantity
from watcher.rpc.errors import (
    BlockUnavailable,
    GarbledAnswer,
    MethodUnsupported,
    RpcError,
    UnexplainedError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from data.model import Chain
    from watcher.evm.abilities import Abilities
    from watcher.rpc.asking import Asking
    from watcher.rpc.pool import Pool

_AT_LEAST_EVERY = 6.0
_WITHIN = 3.0
_RECENT = 3
"""Answers of which the lowest counts: machines behind one name differ in what they call safe."""


class _Tag:
    """One tag: the lowest of what was told of late, and never lower than before."""

    def __init__(self, name: str, ability: Ability) -> None:
        self.name = name
        self.ability = ability
        self.height: int | None = None
        self._recent: deque[int] = deque(maxlen=_RECENT)

    def told(self, height: int, head: int) -> None:
        """Believed unless it is above the head; one that goes backwards changes nothing."""
        if height > head:
            return
        self._recent.append(height)
        self.height = max(self.height or 0, min(self._recent))


class Tags:
    """Asks for the tags now and then. ``clock`` is monotonic seconds."""

    def __init__(
        self,
        chain: Chain,
        pool: Pool,
        abilities: Abilities,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._finality = chain.finality
        self._pool = pool
        self._abilities = abilities
        self._clock = clock
        self._every = max(_AT_LEAST_EVERY, 2 * chain.block_time)
        self._asked_at: float | None = None
        self._safe = _Tag("safe", Ability.SAFE)
        self._finalized = _Tag("finalized", Ability.FINALIZED)

    async def settled(self, head: int) -> Settled:
        """Heights up to which the chain is safe, and finalized; safe is never below finalized.

        Asks one node at most every few seconds; whatever goes wrong there, what was known before
        holds, and the depth under the head where no tag was ever told.
        """
        now = self._clock()
        if self._asked_at is None or now - self._asked_at >= self._every:
            self._asked_at = now
            await self._ask(head)
        finalized = self._finalized.height
        if finalized is None:
            finalized = max(0, head - self._finality.finalized_depth)
        safe = self._safe.height
        if safe is None:
            safe = max(0, head - self._finality.safe_depth)
        return Settled(max(safe, finalized), finalized)

    async def _ask(self, head: int) -> None:
        async def talk(asking: Asking) -> None:
            told = [(tag, await self._height(asking, tag)) for tag in (self._safe, self._finalized)]
            for tag, height in told:
                if height is not None:
                    tag.told(height, head)

        try:
            await self._pool.ask("the tags", talk, rank=self._rank, rounds=1, within=_WITHIN)
        except RpcError:
            return  # the pool has judged it

    def _rank(self, node: str) -> int:
        return sum(
            not self._abilities.may(node, tag.ability) for tag in (self._safe, self._finalized)
        )

    async def _height(self, asking: Asking, tag: _Tag) -> int | None:
        """What a node calls so; None if it does not know the tag."""
        if not self._abilities.may(asking.name, tag.ability):
            return None
        try:
            header = await asking.call(
                "eth_getBlockByNumber", [tag.name, False], type=RpcHeader | None
            )
        except (MethodUnsupported, UnexplainedError, BlockUnavailable):
            self._abilities.cannot(asking.name, tag.ability)
            return None
        if header is None:
            self._abilities.refused(asking.name, tag.ability)
            return None
        try:
            height = quantity(header.number)
        except BadField as error:
            raise GarbledAnswer(f"a block header is malformed: {error}") from None
        self._abilities.did(asking.name, tag.ability)
        return height
