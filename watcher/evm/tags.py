"""How far a chain is settled: by the tags ``safe`` and ``finalized``, else by depth."""

from __future__ import annotations

import time
from collections import deque
from statistics import median_low
from typing import TYPE_CHECKING

from data.model import Settled
from watcher.evm.abilities import Ability
from watcher.evm.wire import BadField, RpcHeader, quantity
from watcher.rpc.errors import (
    BlockUnavailable,
    GarbledAnswer,
    MethodUnsupported,
    RequestTooLarge,
    RpcError,
    UnexplainedError,
)
from watcher.rpc.purpose import Purpose
from watcher.rpc.wire import Call

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from data.model import Chain
    from watcher.evm.abilities import Abilities
    from watcher.rpc.asking import Asking
    from watcher.rpc.pool import Pool

_AT_LEAST_EVERY = 6.0
_WITHIN = 3.0
_RECENT = 3
"""Answers that are weighed together. They come of as many nodes, in turn, where there are so many:
machines differ in what they call safe, and one node's word makes nothing final."""

_UNKNOWN = (MethodUnsupported, UnexplainedError, BlockUnavailable)
"""How nodes say that they do not know a tag."""


class _Tag:
    """One tag, by what was told of it of late, and never lower than before.

    ``weigh`` picks one height of those that were told: the lowest of what is called finalized, so
    that no liar latches a chain; the middle one of what is called safe, so that none holds it back.
    Nothing is believed before there are ``at_least`` so many.
    """

    def __init__(
        self, name: str, ability: Ability, weigh: Callable[[Iterable[int]], int], at_least: int
    ) -> None:
        self.name = name
        self.ability = ability
        self._weigh = weigh
        self._at_least = at_least
        self.height: int | None = None
        self._recent: deque[int] = deque(maxlen=_RECENT)

    def at(self, by_depth: int) -> int | None:
        """The height; by depth where nobody knows the tag, None while too few have told it."""
        if self.height is None and not self._recent:
            return max(0, by_depth)
        return self.height

    def told(self, height: int, head: int) -> None:
        """Believed unless it is above the head; one that goes backwards changes nothing."""
        if height > head:
            return
        self._recent.append(height)
        if len(self._recent) >= self._at_least:
            self.height = max(self.height or 0, self._weigh(self._recent))


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
        at_least = min(2, len(pool.nodes))
        self._safe = _Tag("safe", Ability.SAFE, median_low, at_least)
        self._finalized = _Tag("finalized", Ability.FINALIZED, min, at_least)
        self._tags = (self._safe, self._finalized)
        self._answered: deque[str] = deque(maxlen=_RECENT - 1)

    async def settled(self, head: int) -> Settled:
        """Heights up to which the chain is safe, and finalized; safe is never below finalized.

        Asks one node at most every few seconds; whatever goes wrong there, what was known before
        holds, and the depth under the head where no tag was ever told.
        """
        now = self._clock()
        if self._asked_at is None or now - self._asked_at >= self._every:
            self._asked_at = now
            await self._ask(head)
        finalized = self._finalized.at(head - self._finality.finalized_depth)
        safe = self._safe.at(head - self._finality.safe_depth)
        if safe is not None and finalized is not None:
            safe = max(safe, finalized)
        return Settled(safe, finalized)

    async def _ask(self, head: int) -> None:
        async def talk(asking: Asking) -> None:
            tags = self._known_by(asking.name)
            if not tags:  # or it would have answered, with nothing, before one that does
                raise MethodUnsupported("it does not know the tags safe and finalized")
            headers = await self._together(asking, tags)
            if headers is None:
                headers = [await self._alone(asking, tag) for tag in tags]
            for tag, header in zip(tags, headers, strict=True):
                if header is not None:
                    tag.told(_height(header), head)
                    self._abilities.did(asking.name, tag.ability)
            self._answered.append(asking.name)

        if not any(self._known_by(node.name) for node in self._pool.nodes):
            return
        try:
            await self._pool.ask(
                "the tags",
                talk,
                rank=self._rank,
                rounds=1,
                within=_WITHIN,
                purpose=Purpose.TAG,
            )
        except RpcError:
            return  # the pool has judged it

    def _known_by(self, node: str) -> list[_Tag]:
        """The tags that it may be asked for."""
        return [tag for tag in self._tags if self._abilities.may(node, tag.ability)]

    def _rank(self, node: str) -> int:
        """Who knows most tags goes first, and of those who has not just been asked."""
        unknown = len(self._tags) - len(self._known_by(node))
        turn = max((at for at, name in enumerate(self._answered, 1) if name == node), default=0)
        return unknown * _RECENT + turn

    async def _together(self, asking: Asking, tags: list[_Tag]) -> list[RpcHeader | None] | None:
        """All in one request; None where that does not go well."""
        if len(tags) > self._abilities.batch(asking.name) or len(tags) < 2:
            return None
        try:
            headers = await asking.batch([_question(tag) for tag in tags])
        except (*_UNKNOWN, RequestTooLarge):
            return None
        return headers if all(isinstance(one, RpcHeader) for one in headers) else None

    async def _alone(self, asking: Asking, tag: _Tag) -> RpcHeader | None:
        """What a node calls so; None if it does not know the tag."""
        method, params, kind = _question(tag)
        try:
            header: RpcHeader | None = await asking.call(method, params, type=kind)
        except _UNKNOWN:
            self._abilities.cannot(asking.name, tag.ability)
            return None
        if header is None:
            self._abilities.refused(asking.name, tag.ability)
        return header


def _question(tag: _Tag) -> Call:
    return Call("eth_getBlockByNumber", [tag.name, False], RpcHeader | None)


def _height(header: RpcHeader) -> int:
    try:
        return quantity(header.number)
    except BadField as error:
        raise GarbledAnswer(f"a block header is malformed: {error}") from None
